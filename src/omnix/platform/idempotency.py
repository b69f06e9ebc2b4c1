"""Idempotency keys: a retry of a write gets the first answer, another body under it a refusal."""

import hashlib
from typing import Any, ClassVar

import msgspec

from omnix.kit.declare import Collection
from omnix.kit.errors import ConditionFailed, Invalid, OmnixError
from omnix.ports import Absent, Equals, Put, Records, Update

IDEMPOTENCY = Collection("idempotency", table="system", key=("key",), ttl="expires")
KEPT_SECONDS = 7 * 86_400


class KeyReused(OmnixError):
    status: ClassVar[int] = 422
    kind: ClassVar[str] = "idempotency-key-reused"
    title: ClassVar[str] = "This Idempotency-Key was used for another request"


class Retry(msgspec.Struct, frozen=True):
    """One caller's key for one request: who, what for, and a fingerprint of the body."""

    key: str
    fingerprint: str

    @classmethod
    def of(cls, header: str | None, actor_id: str, route: str, body: Any) -> "Retry | None":
        """From the header's value; None without one. Raises Invalid for a key of bad form."""
        if header is None:
            return None
        if not 1 <= len(header) <= 200 or not header.isascii() or not header.isprintable():
            raise Invalid.field("Idempotency-Key", "must be 1 to 200 printable characters of ASCII")
        digest = hashlib.sha256(msgspec.json.encode(body)).hexdigest()
        return cls(f"{actor_id}#{route}#{header}", digest)

    def remember(self, answer: Any, now_epoch: int) -> Put:
        """The operation to put into the same batch: it fails if the key was used before."""
        item = {
            "key": self.key,
            "fingerprint": self.fingerprint,
            "answer": answer,
            "expires": now_epoch + KEPT_SECONDS,
        }
        return Put(IDEMPOTENCY, item, when=(Absent(),))

    async def settle(self, records: Records, answer: Any) -> Any:
        """For an answer that only the change itself made known: keep it in place of what was
        remembered, unless another one was kept already; returns the one that is kept.
        """
        kept = Update(
            IDEMPOTENCY,
            self.key,
            set={"answer": answer, "settled": True},
            when=(Equals("settled", None),),
        )
        try:
            await records.write([kept])
        except ConditionFailed:
            return await self.recall(records)
        return answer

    async def recall(self, records: Records) -> Any | None:
        """The first answer, or None if the key is new. Raises KeyReused for another body."""
        item = await records.get(IDEMPOTENCY, self.key)
        if item is None:
            return None
        if item["fingerprint"] != self.fingerprint:
            raise KeyReused("send a new key with a changed request")
        return item["answer"]
