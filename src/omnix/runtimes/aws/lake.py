"""The function called lake: named queries for those that have no numerics."""

import asyncio
import json
import logging
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from omnix import domains
from omnix.adapters.aws.blobs import AwsBlobs
from omnix.adapters.aws.calls import Calls
from omnix.adapters.aws.lake_remote import MAX_ANSWER, packed, packed_arrays, unpacked
from omnix.declared import FACTS
from omnix.kit.ids import new_id
from omnix.platform import queries
from omnix.ports import Query
from omnix.runtimes.aws.functions import ANSWERS, BLOBS, BUCKET_VARIABLES, DATA_LAKE
from omnix.runtimes.aws.observe import begin, logs_to_output
from omnix.runtimes.aws.stack import lake_here

_log = logging.getLogger("omnix.lake")

PATIENCE = 20.0
"""Seconds for a query of Athena, whose answer has to be read too before the function ends."""

_FACTS = {fact.name: fact for fact in FACTS}


@cache
def known_queries() -> Mapping[str, Query]:
    """Every named query of the domains. Raises ValueError where two have one name."""
    found: dict[str, Query] = {}
    root = Path(domains.__path__[0])
    for file in sorted(root.rglob("queries.sql")):
        package = ".".join((domains.__name__, *file.parent.relative_to(root).parts))
        for name, query in queries.load(package).items():
            if name in found:
                raise ValueError(f"two queries are called {name}")
            found[name] = query
    return found


class Answers:
    """Answers to the questions of ``RemoteLake``; large ones are laid with the blobs."""

    def __init__(self, env: Mapping[str, str]) -> None:
        calls = Calls()
        self._lake = lake_here(calls, env, PATIENCE)
        self._blobs = AwsBlobs(calls, env[BUCKET_VARIABLES[DATA_LAKE]], BLOBS)
        self._loop = asyncio.new_event_loop()

    def to(self, question: Mapping[str, Any]) -> dict[str, Any]:
        return self._loop.run_until_complete(self._to(question))

    async def _to(self, question: Mapping[str, Any]) -> dict[str, Any]:
        if "fact" in question:
            fact = _FACTS[question["fact"]]
            return {"position": await self._lake.position(fact, question["source"])}
        query = known_queries()[question["query"]]
        parameters = unpacked(question["parameters"])
        if question.get("form") == "arrays":
            columns = await self._lake.arrays(query, **parameters)
            answer: dict[str, Any] = {"arrays": packed_arrays(columns)}
        else:
            rows = await self._lake.rows(query, **parameters)
            names = list(rows[0]) if rows else []
            answer = {"columns": names, "rows": [packed(list(row.values())) for row in rows]}
        data = json.dumps(answer, separators=(",", ":")).encode()
        if len(data) <= MAX_ANSWER:
            return answer
        name = ANSWERS.removeprefix(BLOBS) + new_id("ans")
        await self._blobs.put(name, data)
        _log.info("an answer by blob", extra={"query": query.name, "bytes": len(data)})
        return {"blob": name}


@cache
def _answers() -> Answers:
    logs_to_output()
    return Answers(os.environ)


def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """``{"query": name, "parameters": {...}, "form": "rows" or "arrays"}``, or
    ``{"fact": name, "source": name}``.
    """
    answers = _answers()
    begin(context)
    return answers.to(event)
