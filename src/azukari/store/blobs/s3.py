"""Blobs in a bucket behind the S3 protocol, by boto3 (the extra `s3`; imported when the first request is made).

A blob is one PUT, which the protocol makes visible whole or not at all. `If-None-Match: *` lets the server refuse a
key that is taken. Some servers ignore that header, so the first write of a process tries it on an object of its own;
where it does nothing, a HEAD comes before every PUT, and two writers in the very same moment can then overwrite one
another (docs/operate/files.md says so). `Content-MD5` lets the server refuse what arrived damaged.
"""

from __future__ import annotations

import base64
import hashlib
import importlib
import importlib.util
import logging
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import IO, Any, Self

from azukari.kernel.ids import new_id
from azukari.store.blobs.errors import (
    BlobExistsError,
    BlobMissingError,
    StorageFailedError,
    StorageFullError,
    StorageUnavailableError,
    StorageUnreadableError,
)
from azukari.store.blobs.interface import BlobFacts, check_key, check_prefix, trash_name, went_before

logger = logging.getLogger(__name__)

# A part of 16 MiB with its encryption stays in memory; what is larger waits in a file without a name.
_IN_MEMORY = 17 * 1024**2
_CONNECT_SECONDS = 5
_READ_SECONDS = 60
_TRIES = 3
_TRASH = ".trash/"
_PROBE = ".probe/"
# Written with each object: after a lost answer and boto's second try, "taken" may mean "by yourself".
_MARK = "azukari-write"
_FULL_CODES = {
    "InsufficientCapacity",
    "InsufficientStorage",
    "QuotaExceeded",
    "ServiceQuotaExceededException",
    "XMinioStorageFull",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketFacts:
    """Where a bucket is and who we are there. The secret stays out of every text made of this."""

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    region: str = ""


class Bucket:
    """Blobs below one prefix of a bucket. Safe for many threads and many processes at once."""

    name = "S3"

    def __init__(self, facts: BucketFacts) -> None:
        if importlib.util.find_spec("boto3") is None:
            raise ValueError('S3 に置くには、pip install "azukari[s3]" で部品を加えてください。')
        if facts.endpoint and not facts.endpoint.startswith(("https://", "http://")):
            raise ValueError("S3 のアドレスは、https:// から始めて指定してください。")
        self._facts = facts
        self._prefix = f"{facts.prefix}/" if facts.prefix else ""
        self._lock = threading.Lock()
        self._made: Any = None
        self._conditional: bool | None = None

    def create(self, key: str) -> BucketWriter:
        """Begin a new blob; whether the key is taken comes out at its commit."""
        return BucketWriter(self, check_key(key))

    def open(self, key: str) -> BucketReader:
        """Open a blob from its beginning."""
        name = self._prefix + check_key(key)
        with self.asking("GetObject", reading=True):
            found = self._client.get_object(Bucket=self._facts.bucket, Key=name)
        return BucketReader(self, found["Body"])

    def size(self, key: str) -> int:
        """Tell how many bytes a blob has."""
        found = self._head(check_key(key))
        if found is None:
            raise BlobMissingError
        return int(found["ContentLength"])

    def delete(self, key: str) -> None:
        """Remove a blob for good. The protocol itself does not mind when there is none."""
        name = self._prefix + check_key(key)
        with self.asking("DeleteObject"):
            self._client.delete_object(Bucket=self._facts.bucket, Key=name)

    def list(self, prefix: str = "", /) -> Iterator[BlobFacts]:
        """Go through the blobs whose keys begin with `prefix`, 1,000 a request."""
        for name, size, moment in self._objects(check_prefix(prefix)):
            if not name.startswith("."):
                yield BlobFacts(key=name, size=size, modified_at=moment)

    def move_to_trash(self, key: str) -> None:
        """Put an orphan aside: a copy on the server, then the removal."""
        name = self._prefix + check_key(key)
        source = {"Bucket": self._facts.bucket, "Key": name}
        with self.asking("CopyObject"):
            self._client.copy_object(
                Bucket=self._facts.bucket, Key=f"{self._prefix}{_TRASH}{trash_name(key)}", CopySource=source
            )
        self.delete(key)

    def empty_trash(self, before: datetime) -> int:
        """Remove for good what went to the trash before this moment."""
        old = [name for name, _, _ in self._objects(_TRASH) if went_before(name.removeprefix(_TRASH), before)]
        return self._remove(old)

    def sweep_temporary(self, before: datetime) -> int:
        """Remove what a killed probe left; a broken-off PUT leaves nothing."""
        return self._remove([name for name, _, moment in self._objects(_PROBE) if moment < before])

    def check_room(self, wanted: int) -> None:
        """Nothing to check: a bucket does not tell. Its refusal comes at `commit`."""

    def put(self, key: str, body: IO[bytes], *, size: int, digest: bytes) -> None:
        """Send one finished blob. For BucketWriter."""
        conditional = self._knows_conditions()
        if not conditional and self._head(key) is not None:
            raise BlobExistsError
        mark = new_id().hex
        condition = {"IfNoneMatch": "*"} if conditional else {}
        try:
            with self.asking("PutObject"):
                self._client.put_object(
                    Bucket=self._facts.bucket,
                    Key=self._prefix + key,
                    Body=body,
                    ContentLength=size,
                    ContentMD5=base64.b64encode(digest).decode(),
                    ContentType="application/octet-stream",
                    Metadata={_MARK: mark},
                    **condition,
                )
        except BlobExistsError:
            found = self._head(key)
            if found is None or found.get("Metadata", {}).get(_MARK) != mark:
                raise

    @contextmanager
    def asking(self, operation: str, *, reading: bool = False) -> Iterator[None]:
        """Turn errors of boto3 and of the connection into ours. Their texts hold addresses, so the chain is cut."""
        exceptions = _library("botocore.exceptions")
        http = _library("urllib3.exceptions")
        failed = StorageUnreadableError if reading else StorageFailedError
        try:
            yield
        except exceptions.ClientError as error:
            raise self._refuse(operation, error.response, failed) from None
        except (exceptions.BotoCoreError, http.HTTPError, OSError) as error:
            logger.error("files: %s failed: %s", operation, type(error).__name__)  # noqa: TRY400 - holds an address
            raise failed from None

    def _refuse(
        self, operation: str, answer: dict[str, Any], failed: type[StorageUnavailableError]
    ) -> BlobMissingError | BlobExistsError | StorageUnavailableError:
        status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        code = str(answer.get("Error", {}).get("Code", ""))
        if code == "NoSuchKey" or (status == 404 and code in {"404", "NotFound"}):
            return BlobMissingError()
        if status == 412:
            return BlobExistsError()
        logger.error("files: %s was answered with %d %s", operation, status, code)
        return StorageFullError() if status == 507 or code in _FULL_CODES else failed()

    @property
    def _client(self) -> Any:
        with self._lock:
            if self._made is None:
                self._made = _connect(self._facts)
            return self._made

    def _knows_conditions(self) -> bool:
        """Tell whether this server honours If-None-Match; asked once, with two small objects."""
        if self._conditional is None:
            name = f"{self._prefix}{_PROBE}{new_id().hex}"
            put = {"Bucket": self._facts.bucket, "Key": name, "Body": b"", "IfNoneMatch": "*"}
            with self.asking("PutObject"):
                self._conditional = self._try_condition(put)
            with suppress(StorageUnavailableError):  # swept later; the answer is what counts
                self._remove([name.removeprefix(self._prefix)])
            if not self._conditional:
                logger.warning("files: this server does not know If-None-Match; a HEAD comes before every write")
        return self._conditional

    def _try_condition(self, put: dict[str, Any]) -> bool:
        exceptions = _library("botocore.exceptions")
        for _ in range(2):
            try:
                self._client.put_object(**put)
            except exceptions.ClientError as error:
                status = error.response["ResponseMetadata"]["HTTPStatusCode"]
                if status == 412:  # the first time already when its answer was lost and boto3 tried again
                    return True
                if status in {400, 501}:  # NotImplemented, InvalidArgument: says honestly that it does not know it
                    return False
                raise
        return False

    def _head(self, key: str) -> dict[str, Any] | None:
        try:
            with self.asking("HeadObject", reading=True):
                found: dict[str, Any] = self._client.head_object(Bucket=self._facts.bucket, Key=self._prefix + key)
                return found
        except BlobMissingError:
            pass
        # An answer to HEAD has no body, so "no such bucket" looks the same; that must not pass for a missing blob.
        try:
            with self.asking("HeadBucket", reading=True):
                self._client.head_bucket(Bucket=self._facts.bucket)
        except BlobMissingError:
            raise StorageUnreadableError from None
        return None

    def _objects(self, prefix: str) -> Iterator[tuple[str, int, datetime]]:
        with self.asking("ListObjectsV2", reading=True):
            pages = self._client.get_paginator("list_objects_v2")
            walk = iter(pages.paginate(Bucket=self._facts.bucket, Prefix=self._prefix + prefix))
        while True:
            with self.asking("ListObjectsV2", reading=True):
                page = next(walk, None)
            if page is None:
                return
            for found in page.get("Contents", []):
                name = found["Key"].removeprefix(self._prefix)
                yield name, int(found["Size"]), found["LastModified"].astimezone(UTC)

    def _remove(self, names: Iterable[str]) -> int:
        count = 0
        for count, name in enumerate(names, 1):  # noqa: B007 - the last one is the answer
            with self.asking("DeleteObject"):
                self._client.delete_object(Bucket=self._facts.bucket, Key=self._prefix + name)
        return count


class BucketWriter:
    """One blob being gathered; nothing goes out before its commit."""

    def __init__(self, bucket: Bucket, key: str) -> None:
        self._bucket = bucket
        self._key = key
        self._digest = hashlib.md5(usedforsecurity=False)
        self._size = 0
        self._buffer: IO[bytes] | None = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - _drop closes it

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Append bytes."""
        buffer = self._held()
        view = memoryview(data).cast("B")
        self._digest.update(view)
        self._size += len(view)
        try:
            buffer.write(view)
        except OSError:
            self._drop()
            logger.error("files: the buffer failed")  # noqa: TRY400 - nothing but the name of a hidden file in it
            raise StorageFailedError from None

    def commit(self) -> None:
        """Send the blob; it is durable when the server has answered."""
        buffer = self._held()
        buffer.seek(0)
        try:
            self._bucket.put(self._key, buffer, size=self._size, digest=self._digest.digest())
        finally:
            self._drop()

    def _held(self) -> IO[bytes]:
        if self._buffer is None:
            raise ValueError("this blob is committed or dropped")
        return self._buffer

    def _drop(self) -> None:
        if self._buffer is not None:
            self._buffer.close()
            self._buffer = None


class BucketReader:
    """One answer being read."""

    def __init__(self, bucket: Bucket, body: Any) -> None:
        self._bucket = bucket
        self._body = body

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, size: int = -1, /) -> bytes:
        """Give the next `size` bytes. boto3 itself compares the count with Content-Length at the end."""
        with self._bucket.asking("GetObject", reading=True):
            if size < 0:
                return bytes(self._body.read())
            parts: list[bytes] = []
            while size > 0 and (part := self._body.read(size)):
                parts.append(part)
                size -= len(part)
            return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        """Let go of the connection."""
        with suppress(Exception):  # what is not read any more is not missed
            self._body.close()


def _connect(facts: BucketFacts) -> Any:
    """Make boto3's client."""
    config = _library("botocore.config").Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": _TRIES},
        max_pool_connections=32,
        s3={"addressing_style": "path" if facts.endpoint else "auto"},
        # Newer than many servers: a trailer with CRC32. Content-MD5, which all of them know, does the same for us.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    # At DEBUG these write whole requests, at INFO where they found a secret, at WARNING addresses with keys in them.
    for library in ("boto3", "botocore", "s3transfer", "urllib3"):
        logging.getLogger(library).setLevel(logging.ERROR)
    session = _library("boto3").session.Session()
    return session.client(
        "s3",
        endpoint_url=facts.endpoint or None,
        aws_access_key_id=facts.key or None,
        aws_secret_access_key=facts.secret or None,
        region_name=facts.region or None,
        config=config,
    )


def _library(name: str) -> Any:
    """Import a part of boto3 by name, so that the extra stays an extra for the type checker too."""
    return importlib.import_module(name)
