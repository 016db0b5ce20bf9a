"""What can go wrong where files are kept, in the words of the person who uploads or opens one.

No sentence and no data holds a key, a path or an address. A missing blob is no 404: the row in the database says that
it must be there, so somebody has to be told.
"""

from __future__ import annotations

from azukari.kernel.errors import AzukariError, ConflictError, UnavailableError


class StorageUnavailableError(UnavailableError):
    """The place of the files cannot serve now. Base of all that a door answers with 503."""

    code = "store.storage_unavailable"
    happened = "ファイルを扱えませんでした。"
    cause = "ファイルの置き場所から応答がありません。"
    remedy = "しばらく待って、もう一度操作してください。続くときは、事務所の管理者に連絡してください。"


class StorageFullError(StorageUnavailableError):
    """There is no room for what was sent, or none beyond the reserve."""

    code = "store.storage_full"
    happened = "ファイルを受け取れませんでした。"
    cause = "ファイルの置き場所に、十分な空きがありません。"
    remedy = "事務所の管理者に連絡してください。空きができたら、同じファイルをもう一度送ってください。"


class StorageFailedError(StorageUnavailableError):
    """Writing failed: the disk or the server gave an error, and nothing was kept."""

    code = "store.storage_failed"
    happened = "ファイルを保存できませんでした。"
    cause = "ファイルの置き場所への書き込みに失敗しました。"
    remedy = "しばらく待って、同じファイルをもう一度送ってください。続くときは、事務所の管理者に連絡してください。"


class StorageSuspectError(StorageFailedError):
    """A write failed in a way that makes the disk doubtful: nothing more is written until the operator says so."""

    code = "store.storage_suspect"
    happened = "ファイルを受け取れませんでした。"
    cause = "ファイルを置くディスクに異常が見つかり、新しい保存を止めています。預かったファイルを開くことはできます。"
    remedy = "事務所の管理者に連絡してください。復旧したら、同じファイルをもう一度送ってください。"


class StorageUnreadableError(StorageFailedError):
    """Reading failed: the disk or the server gave an error, or fewer bytes than there are."""

    code = "store.storage_unreadable"
    happened = "ファイルを開けませんでした。"
    cause = "ファイルの置き場所からの読み出しに失敗しました。"
    remedy = "しばらく待って、もう一度開いてください。続くときは、事務所の管理者に連絡してください。"


class BlobMissingError(AzukariError):
    """Nothing lies under this key, though whoever asked believed so: an alarm, never a plain 404."""

    code = "store.blob_missing"
    happened = "ファイルを開けませんでした。"
    cause = "ファイルの置き場所に、このファイルの中身が見つかりません。"
    remedy = "事務所の管理者に連絡してください。控えから戻せることがあります。"


class BlobExistsError(ConflictError):
    """Something lies under this key already; it was not changed."""

    code = "store.blob_exists"
    happened = "ファイルを保存できませんでした。"
    cause = "同じファイルが先に保存されています。"
    remedy = "最新の一覧を確認し、足りないときだけ、もう一度送ってください。"
