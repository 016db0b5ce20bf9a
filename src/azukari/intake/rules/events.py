"""What intake writes into the record."""

from __future__ import annotations

from azukari.journal.rules import ABOUT_CLIENT, ABOUT_PEOPLE, Event, Kind


class Events:
    """Codes are never reused; labels are the record's 処理内容."""

    RECEIVED = Event("intake.sheet.received", "登録シート受信", Kind.REGISTER, ABOUT_CLIENT)
    IMPORTED = Event("intake.sheet.imported", "登録シート取り込み", Kind.REGISTER, ABOUT_CLIENT)
    RETURNED = Event("intake.sheet.returned", "登録シート差し戻し", Kind.OUTPUT, ABOUT_CLIENT)
    CANCELLED = Event("intake.sheet.cancelled", "登録シートの取りやめ", Kind.DELETE, ABOUT_CLIENT)
    ENDED = Event("intake.sheet.ended", "登録シートの自動終了", Kind.DELETE, ABOUT_CLIENT)
    PEOPLE_CHANGED = Event("intake.people.changed", "個人情報一覧更新", Kind.REGISTER, ABOUT_PEOPLE)
