"""Where encrypted files lie: a folder of this machine, or a bucket behind the S3 protocol.

`configure` is called once at the start with what the operator chose; everybody else asks `blobs()`.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from azukari.store.blobs.errors import (
    BlobExistsError,
    BlobMissingError,
    StorageFailedError,
    StorageFullError,
    StorageSuspectError,
    StorageUnavailableError,
    StorageUnreadableError,
)
from azukari.store.blobs.folder import RESERVE, Folder
from azukari.store.blobs.interface import BlobFacts, BlobReader, Blobs, BlobWriter, check_key
from azukari.store.blobs.s3 import Bucket, BucketFacts

__all__ = [
    "RESERVE",
    "BlobExistsError",
    "BlobFacts",
    "BlobMissingError",
    "BlobReader",
    "BlobWriter",
    "Blobs",
    "Bucket",
    "BucketFacts",
    "Folder",
    "StorageFailedError",
    "StorageFullError",
    "StorageSuspectError",
    "StorageUnavailableError",
    "StorageUnreadableError",
    "blobs",
    "build",
    "check_key",
    "configure",
]

_in_force: list[Blobs] = []


def build(
    address: str | Path,
    *,
    endpoint: str = "",
    key: str = "",
    secret: str = "",
    region: str = "",
    reserve: int = RESERVE,
) -> Blobs:
    """Build a store from an address: the path of a folder, or `s3://bucket/prefix`.

    `reserve` (bytes kept free) is for folders; the other four are for S3. Without key and secret, boto3 looks where
    it always looks (the role of the machine). Touches neither disk nor network.

    Raises: ValueError on an address that is neither, with a sentence for the operator.
    """
    if "://" not in str(address):
        return Folder(Path(address), reserve=reserve)
    parts = urlsplit(str(address))
    if parts.scheme != "s3" or not parts.netloc:
        raise ValueError("ファイルの置き場所は、フォルダーのパスか s3://バケット名/前置き で指定してください。")
    return Bucket(
        BucketFacts(
            bucket=parts.netloc,
            prefix=parts.path.strip("/"),
            endpoint=endpoint,
            key=key,
            secret=secret,
            region=region,
        )
    )


def configure(
    address: str | Path,
    *,
    endpoint: str = "",
    key: str = "",
    secret: str = "",
    region: str = "",
    reserve: int = RESERVE,
) -> Blobs:
    """Put a store in force for this process, in place of the one before. Arguments and errors as of `build`."""
    built = build(address, endpoint=endpoint, key=key, secret=secret, region=region, reserve=reserve)
    _in_force[:] = [built]
    return built


def blobs() -> Blobs:
    """Give the store in force.

    Raises: RuntimeError before `configure`; that is a mistake of ours, not of a person.
    """
    if not _in_force:
        raise RuntimeError("no place for files is configured")
    return _in_force[0]
