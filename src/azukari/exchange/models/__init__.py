"""Tables of the exchange, one file per noun. `FileKey` lives in the key store."""

from azukari.exchange.models.deliveries import Broadcast, Delivery, Notice, Opening, Receipt
from azukari.exchange.models.files import FileGrant, FileKey, FilePart, StoredFile, VolumeSweep
from azukari.exchange.models.requests import FileRequest, RequestItem

__all__ = [
    "Broadcast",
    "Delivery",
    "FileGrant",
    "FileKey",
    "FilePart",
    "FileRequest",
    "Notice",
    "Opening",
    "Receipt",
    "RequestItem",
    "StoredFile",
    "VolumeSweep",
]
