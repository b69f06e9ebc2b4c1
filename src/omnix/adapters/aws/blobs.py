"""Blobs as objects in S3."""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from omnix.adapters.aws.calls import Calls, code, refused
from omnix.adapters.aws.names import checked


class AwsBlobs:
    """Objects of ``bucket`` whose keys begin with ``prefix``."""

    def __init__(self, calls: Calls, bucket: str, prefix: str = "blobs/") -> None:
        self.calls = calls
        self._bucket = bucket
        self._prefix = prefix

    async def put(self, name: str, data: bytes) -> None:
        await self._s3("put_object", Key=self._prefix + checked(name), Body=data)

    async def get(self, name: str) -> bytes | None:
        key = self._prefix + checked(name)

        def read() -> bytes:
            answer = self.calls.now("s3", "get_object", Bucket=self._bucket, Key=key)
            data: bytes = answer["Body"].read()
            return data

        try:
            return await self.calls.run(read)
        except ClientError as error:
            if code(error) == "NoSuchKey":
                return None
            raise refused(error, "the bucket cannot be used") from error

    async def delete(self, name: str) -> None:
        await self._s3("delete_object", Key=self._prefix + checked(name))

    async def list(self, prefix: str = "") -> Sequence[str]:
        """Names that begin with ``prefix``, sorted."""
        names: list[str] = []
        more: dict[str, Any] = {}
        while True:
            answer = await self._s3("list_objects_v2", Prefix=self._prefix + prefix, **more)
            names += [o["Key"].removeprefix(self._prefix) for o in answer.get("Contents", ())]
            if not answer.get("IsTruncated"):
                return sorted(names)
            more = {"ContinuationToken": answer["NextContinuationToken"]}

    async def upload_address(self, name: str, size: int, seconds: int) -> str | None:
        """A signed address; S3 refuses what is not of this size, which is signed too."""
        given = {"Bucket": self._bucket, "Key": self._prefix + checked(name), "ContentLength": size}
        client = self.calls.client("s3")
        address: str = await self.calls.run(
            lambda: client.generate_presigned_url("put_object", Params=given, ExpiresIn=seconds)
        )
        return address

    async def _s3(self, operation: str, **parameters: Any) -> dict[str, Any]:
        try:
            return await self.calls.call("s3", operation, Bucket=self._bucket, **parameters)
        except ClientError as error:
            raise refused(error, "the bucket cannot be used") from error
