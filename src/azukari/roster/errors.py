"""What can go wrong with people of the 台帳."""

from __future__ import annotations

from azukari.kernel.errors import NotFoundError


class PersonNotFoundError(NotFoundError):
    code = "roster.person_not_found"
    happened = "この人は見つかりません。"
    cause = "削除されたか、アドレスが違います。"
    remedy = "顧問先の個人情報一覧から選び直してください。"
