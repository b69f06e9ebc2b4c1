"""Changes of some fields of something that has a version."""

from typing import Any, Protocol

from msgspec import UNSET

from omnix.kit.errors import Conflict


class Change(Protocol):
    """A struct whose fields may be UNSET, with the version that was read."""

    @property
    def version(self) -> int: ...
    @property
    def __struct_fields__(self) -> tuple[str, ...]: ...


def sent(change: Change, current: int, what: str) -> dict[str, Any]:
    """The fields that were sent, ``version`` aside. Raises Conflict where ``what`` is at another
    version by now.
    """
    if change.version != current:
        raise Conflict(f"{what} is at version {current}; read it again")
    return {
        field: value
        for field in change.__struct_fields__
        if field != "version" and (value := getattr(change, field)) is not UNSET
    }
