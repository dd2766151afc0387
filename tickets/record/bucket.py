"""The record in an S3-compatible bucket: a PUT that must not exist takes the place of tmp and rename."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

EXISTS = 412
MISSING = 404
AT_ONCE = 8  # requests under way while a batch is written
READ_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach a service that is not the one of the settings. What is empty is taken from them."""

    endpoint: str = ""
    region: str = ""
    key: str = ""
    secret: str = field(default="", repr=False)


class BucketStore:
    """A Store; see store.py for what its methods promise. Whatever the service does is an OSError."""

    def __init__(self, bucket: str, prefix: str, access: Access = Access()) -> None:
        self.bucket = bucket
        self.prefix = prefix
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=access.endpoint or settings.S3_ENDPOINT_URL or None,
            region_name=access.region or settings.AWS_REGION,
            aws_access_key_id=access.key or settings.AWS_ACCESS_KEY_ID or None,
            aws_secret_access_key=access.secret or settings.AWS_SECRET_ACCESS_KEY or None,
            config=Config(max_pool_connections=READ_AT_ONCE),
        )

    @contextmanager
    def _asking(self, verb: str, name: str) -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, ClientError) as error:
            if _status(error) == MISSING:
                raise FileNotFoundError(name) from error
            raise OSError(f"The bucket {self.bucket} did not {verb} {name}: {error}") from error

    def write(self, name: str, data: bytes) -> None:
        with self._asking("take", name):
            try:
                self.client.put_object(Bucket=self.bucket, Key=self.prefix + name, Body=data, IfNoneMatch="*")
            except ClientError as error:
                if _status(error) != EXISTS:
                    raise

    def replace(self, name: str, data: bytes) -> None:
        """Versions that the bucket keeps of old objects are not reached by this."""
        with self._asking("take", name):
            self.client.put_object(Bucket=self.bucket, Key=self.prefix + name, Body=data)

    def write_many(self, files: Sequence[tuple[str, bytes]]) -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for done in [pool.submit(self.write, name, data) for name, data in files]:
                done.result()

    def settle(self, *folders: str) -> None:
        """A PUT that was answered is durable."""

    def read(self, name: str) -> bytes:
        with self._asking("give", name):
            content: bytes = self.client.get_object(Bucket=self.bucket, Key=self.prefix + name)["Body"].read()
        return content

    def read_many(self, names: Iterable[str]) -> Iterator[bytes | None]:
        """With many requests under way, but no more than so many answers in memory."""
        with ThreadPoolExecutor(READ_AT_ONCE) as pool:
            waiting: deque[Future[bytes | None]] = deque()
            for name in names:
                waiting.append(pool.submit(self._found, name))
                if len(waiting) > READ_AT_ONCE:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _found(self, name: str) -> bytes | None:
        try:
            return self.read(name)
        except FileNotFoundError:
            return None

    def unfinished(self) -> Iterator[str]:
        """A PUT that was cut off leaves nothing behind."""
        return iter(())

    def keeps_versions(self) -> bool:
        """Whether what is replaced or removed is kept by the service as an earlier version; False when it does not say."""
        try:
            return bool(self.client.get_bucket_versioning(Bucket=self.bucket).get("Status") == "Enabled")
        except (BotoCoreError, ClientError):
            return False

    def remove(self, name: str) -> None:
        with self._asking("remove", name):
            self.client.delete_object(Bucket=self.bucket, Key=self.prefix + name)

    def modified(self, name: str) -> datetime | None:
        try:
            with self._asking("know", name):
                found: datetime = self.client.head_object(Bucket=self.bucket, Key=self.prefix + name)["LastModified"]
        except FileNotFoundError:
            return None
        return found

    def names(self, folder: str) -> Iterator[str]:
        below = f"{self.prefix}{folder}/" if folder else self.prefix
        with self._asking("list", below):
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=below)
            for page in pages:
                for found in page.get("Contents", []):
                    yield str(found["Key"])[len(self.prefix) :]


def _status(error: Exception) -> int:
    """The HTTP status of a refusal; 0 when there was no answer."""
    response: Any = getattr(error, "response", {})
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
