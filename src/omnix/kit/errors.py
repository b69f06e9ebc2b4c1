"""Every error of ours that a caller may see.

OmnixError
├── Invalid            400  the request cannot be read, or a field is wrong
├── Unauthenticated    401  nobody, or somebody whose proof is bad
├── Forbidden          403  somebody who may not
├── NotFound           404
├── Conflict           409  the state forbids it
│   ├── ConditionFailed     a condition of a batch did not hold
│   └── AlreadyExists       a value that must be unique is taken
├── TooLarge           413
├── TooMany            429
└── Unavailable        503  a dependency is away; the same call may work later
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class FieldError:
    """One wrong field: its path as sent (``lines[2].quantity``) and the reason."""

    field: str
    reason: str


class OmnixError(Exception):
    """An expected refusal. ``title`` is stable; ``detail`` tells this case."""

    status: ClassVar[int] = 500
    kind: ClassVar[str] = "internal"
    title: ClassVar[str] = "Internal error"

    def __init__(self, detail: str, errors: Sequence[FieldError] = (), **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.extra = extra


class Invalid(OmnixError):
    status, kind, title = 400, "invalid", "The request is not valid"

    @classmethod
    def field(cls, field: str, reason: str) -> "Invalid":
        return cls(f"{field}: {reason}", [FieldError(field, reason)])


class Unauthenticated(OmnixError):
    status, kind, title = 401, "unauthenticated", "Sign in first"


class Forbidden(OmnixError):
    status, kind, title = 403, "forbidden", "Not allowed"


class NotFound(OmnixError):
    status, kind, title = 404, "not-found", "Not found"


class Conflict(OmnixError):
    status, kind, title = 409, "conflict", "The current state forbids this"


class AlreadyExists(Conflict):
    kind, title = "already-exists", "Already exists"

    @classmethod
    def field(cls, field: str, value: str) -> "AlreadyExists":
        return cls(f"{field} {value!r} is taken", [FieldError(field, "is taken")])


class ConditionFailed(Conflict):
    """A batch was refused as a whole. ``failed`` are the positions of the operations at fault."""

    kind, title = "condition-failed", "Somebody else changed this first"

    def __init__(self, failed: Sequence[int]) -> None:
        super().__init__("a condition did not hold; read again and retry")
        self.failed = tuple(failed)


class TooLarge(OmnixError):
    status, kind, title = 413, "too-large", "Too large"


class TooMany(OmnixError):
    status, kind, title = 429, "too-many", "Too many requests"


class Unavailable(OmnixError):
    status, kind, title = 503, "unavailable", "Not available now"
