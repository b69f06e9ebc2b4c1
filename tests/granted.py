"""What consumers and jobs do with records, held against what their functions may do on AWS.

A right that is missing shows on AWS alone, and late; here it shows in the test that needs it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pytest

from omnix.adapters.local.records import LocalRecords
from omnix.kit.declare import Collection
from omnix.platform import consume, jobs
from omnix.runtimes.aws.functions import FUNCTIONS, NOTIFICATIONS

_function: ContextVar[str | None] = ContextVar("_function", default=None)
_RIGHTS = {
    (function.name, grant.name, access)
    for function in FUNCTIONS
    for grant in function.grants
    if grant.kind == "table"
    for access in grant.access
}


@contextmanager
def held_to_grants() -> Iterator[set[str]]:
    """The rights that were missing, as they turn up."""
    missing: set[str] = set()

    def note(collection: Collection, access: str) -> None:
        function = _function.get()
        if function and (function, collection.table, access) not in _RIGHTS:
            missing.add(f"{function}: {access} table {collection.table} ({collection.name})")

    with pytest.MonkeyPatch.context() as patch:
        for name, access in (("get", "read"), ("get_many", "read"), ("query", "read"),
                             ("scan", "scan"), ("load", "write")):  # fmt: skip
            patch.setattr(LocalRecords, name, _noting(getattr(LocalRecords, name), access, note))
        patch.setattr(LocalRecords, "write", _noting_writes(LocalRecords.write, note))
        patch.setattr(consume, "deliver", _as(consume.deliver, lambda *_: "consumers"))
        patch.setattr(jobs, "_run", _as(jobs._run, _of_job))
        yield missing


def _of_job(_: Any, handler: jobs.JobHandler, *__: Any) -> str:
    return "notifications" if handler.type.queue == NOTIFICATIONS else "jobs"


def _as(work: Callable[..., Any], of: Callable[..., str]) -> Callable[..., Any]:
    async def done(*arguments: Any) -> Any:
        before = _function.set(of(*arguments))
        try:
            return await work(*arguments)
        finally:
            _function.reset(before)

    return done


def _noting(work: Any, access: str, note: Callable[[Collection, str], None]) -> Any:
    def noted(self: Any, collection: Collection, *more: Any, **named: Any) -> Any:
        note(collection, access)
        return work(self, collection, *more, **named)

    return noted


def _noting_writes(write: Any, note: Callable[[Collection, str], None]) -> Any:
    def noted(self: Any, operations: Any, events: Any = ()) -> Any:
        for operation in operations:
            note(operation.collection, "write")
        return write(self, operations, events)

    return noted
