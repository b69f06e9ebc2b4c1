"""Secrets in Secrets Manager."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from omnix.adapters.aws.calls import Calls, code, refused
from omnix.adapters.aws.names import checked

_SERVICE = "secretsmanager"
_MISSING, _EXISTS = "ResourceNotFoundException", "ResourceExistsException"


class AwsSecrets:
    """Secrets whose names begin with ``prefix``, such as ``omnix-ai/dev/``.

    ``key`` is the KMS key that newly made ones are encrypted with; the account's own if None.
    """

    def __init__(self, calls: Calls, prefix: str, key: str | None = None) -> None:
        self._calls = calls
        self._prefix = prefix
        self._key = {} if key is None else {"KmsKeyId": key}

    async def get(self, name: str) -> bytes | None:
        answer = await self._unless(_MISSING, "get_secret_value", SecretId=self._id(name))
        if answer is None:
            return None
        value: bytes | str = answer.get("SecretBinary") or answer.get("SecretString", "")
        return value.encode() if isinstance(value, str) else value

    async def put(self, name: str, value: bytes) -> None:
        given = {"SecretId": self._id(name), "SecretBinary": value}
        if await self._unless(_MISSING, "put_secret_value", **given) is not None:
            return
        if not await self._created(name, value):
            # Somebody else was first; the last one to put wins.
            await self._unless("", "put_secret_value", **given)

    async def ensure(self, name: str, make: Callable[[], bytes]) -> bytes:
        present = await self.get(name)
        if present is not None:
            return present
        value = make()
        if await self._created(name, value):
            return value
        made = await self.get(name)
        assert made is not None
        return made

    async def _created(self, name: str, value: bytes) -> bool:
        """False if the secret exists already, which the service decides between two makers."""
        answer = await self._unless(
            _EXISTS, "create_secret", Name=self._id(name), SecretBinary=value, **self._key
        )
        return answer is not None

    def _id(self, name: str) -> str:
        return self._prefix + checked(name)

    async def _unless(self, fine: str, operation: str, **parameters: Any) -> dict[str, Any] | None:
        """The answer, or None where the service refuses for the reason ``fine``."""
        try:
            return await self._calls.call(_SERVICE, operation, **parameters)
        except ClientError as error:
            if code(error) == fine:
                return None
            raise refused(error, "the secrets cannot be used") from error
