"""Tokens that must be kept for a while, kept so that the records alone do not give them away."""

import secrets

from joserfc import jwe
from joserfc.jwk import OctKey

from omnix.ports import Secrets

_SECRET = "connections"
_BYTES = 32
_HEADER = {"alg": "dir", "enc": "A256GCM"}


class Seal:
    """Encrypts with a key of its own among the secrets (AES-256-GCM, as JWE)."""

    def __init__(self, kept: Secrets) -> None:
        self._kept = kept
        self._key: OctKey | None = None

    async def _loaded(self) -> OctKey:
        if self._key is None:
            raw = await self._kept.ensure(_SECRET, lambda: secrets.token_bytes(_BYTES))
            self._key = OctKey.import_key(raw)
        return self._key

    async def close(self, text: str) -> str:
        """``text``, sealed."""
        return jwe.encrypt_compact(_HEADER, text, await self._loaded())

    async def open(self, sealed: str) -> str:
        """What was sealed. Raises joserfc's errors for anything else."""
        opened = jwe.decrypt_compact(sealed, await self._loaded())
        return (opened.plaintext or b"").decode()
