"""The lake as a function without numerics has it: the function called lake is asked."""

import base64
import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from botocore.exceptions import ClientError

from omnix.adapters.aws.calls import Calls, refused
from omnix.kit.declare import Fact
from omnix.kit.errors import Unavailable
from omnix.ports import Blobs, Query

MAX_ANSWER = 5_000_000
"""Bytes that Lambda carries back, with room for what it adds; larger answers go by a blob."""

_TAG = "$"


def packed(value: Any) -> Any:
    """``value`` as JSON has it; days, moments, decimals and bytes keep their type by a tag."""
    if isinstance(value, datetime):
        return {_TAG: "moment", "is": value.isoformat()}
    if isinstance(value, date):
        return {_TAG: "day", "is": value.isoformat()}
    if isinstance(value, Decimal):
        return {_TAG: "decimal", "is": str(value)}
    if isinstance(value, bytes):
        return {_TAG: "bytes", "is": base64.b64encode(value).decode()}
    if isinstance(value, float) and value - value != 0:
        return {_TAG: "float", "is": repr(value)}
    if isinstance(value, Mapping):
        return {_TAG: "map", "is": [[packed(k), packed(v)] for k, v in value.items()]}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [packed(one) for one in value]
    return value


_UNPACKED: Mapping[str, Callable[[Any], Any]] = {
    "moment": datetime.fromisoformat,
    "day": date.fromisoformat,
    "decimal": Decimal,
    "bytes": base64.b64decode,
    "float": float,
    "map": lambda pairs: {unpacked(k): unpacked(v) for k, v in pairs},
}


def unpacked(value: Any) -> Any:
    """What was ``packed``; a sequence becomes a list."""
    if isinstance(value, list):
        return [unpacked(one) for one in value]
    if isinstance(value, dict):
        return _UNPACKED[value[_TAG]](value["is"])
    return value


def packed_arrays(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Numpy arrays as JSON has them: numbers and times in numpy's own file format, others one
    by one.
    """
    import numpy as np

    made: dict[str, Any] = {}
    for name, column in columns.items():
        if column.dtype.hasobject:
            made[name] = {"list": packed(column.tolist())}
        else:
            file = io.BytesIO()
            np.save(file, column, allow_pickle=False)
            made[name] = {"npy": base64.b64encode(file.getvalue()).decode()}
    return made


def unpacked_arrays(columns: Mapping[str, Any]) -> dict[str, Any]:
    """What ``packed_arrays`` was given. Imports numpy, which who only shows rows does without."""
    import numpy as np

    made: dict[str, Any] = {}
    for name, column in columns.items():
        if "npy" in column:
            made[name] = np.load(io.BytesIO(base64.b64decode(column["npy"])), allow_pickle=False)
        else:
            made[name] = np.empty(len(column["list"]), object)
            made[name][:] = unpacked(column["list"])
    return made


class RemoteLake:
    """Reads by asking ``function``, which answers named queries; writing needs the lake itself.

    Queries go by their name: the function has the SQL.
    """

    def __init__(self, calls: Calls, function: str, blobs: Blobs) -> None:
        self._calls = calls
        self._function = function
        self._blobs = blobs

    async def rows(self, query: Query, **parameters: Any) -> list[dict[str, Any]]:
        answer = await self._asked({"query": query.name, "parameters": packed(parameters)})
        return [dict(zip(answer["columns"], unpacked(row), strict=True)) for row in answer["rows"]]

    async def position(self, fact: Fact, source: str) -> int | None:
        answer = await self._asked({"fact": fact.name, "source": source})
        position: int | None = answer["position"]
        return position

    async def append(
        self,
        fact: Fact,
        rows: Any,
        *,
        source: str | None = None,
        version: int = 0,
        after: int | None = None,
    ) -> bool:
        raise _reads_only()

    async def delete(self, fact: Fact, where: Mapping[str, Any]) -> int:
        raise _reads_only()

    async def arrays(self, query: Query, **parameters: Any) -> dict[str, Any]:
        question = {"query": query.name, "parameters": packed(parameters), "form": "arrays"}
        answer = await self._asked(question)
        return await self._calls.run(lambda: unpacked_arrays(answer["arrays"]))

    async def compact(self, fact: Fact) -> None:
        raise _reads_only()

    async def _asked(self, question: Mapping[str, Any]) -> Any:
        def invoke() -> tuple[bytes, bool]:
            answer = self._calls.now(
                "lambda",
                "invoke",
                FunctionName=self._function,
                Payload=json.dumps(question).encode(),
            )
            return answer["Payload"].read(), "FunctionError" in answer

        try:
            payload, failed = await self._calls.run(invoke)
        except ClientError as error:
            raise refused(error, "the lake cannot be asked") from error
        if failed:
            raise Unavailable("the lake gave no answer")
        answer = json.loads(payload)
        if "blob" not in answer:
            return answer
        data = await self._blobs.get(answer["blob"])
        if data is None:
            raise Unavailable("the lake's answer was lost on the way")
        return json.loads(data)


def _reads_only() -> TypeError:
    return TypeError("this function only reads the lake; it is written elsewhere")
