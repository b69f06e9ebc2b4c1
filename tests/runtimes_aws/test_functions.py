"""The list that the infrastructure is made from: complete, consistent, and light to load."""

import subprocess
import sys

import pytest

from omnix.adapters.aws.own import OWN
from omnix.declared import COLLECTIONS, DECLARED, SCHEDULES
from omnix.runtimes.aws.functions import (
    DEAD,
    EVENTS,
    FUNCTIONS,
    QUEUE_VARIABLES,
    QUEUES,
    EventStream,
    Every,
    Function,
    Queue,
    Routes,
    TableStream,
)
from omnix.runtimes.aws.lake import known_queries
from omnix.runtimes.aws.own import BEHIND, CONNECTIONS
from omnix.runtimes.aws.stack import resources
from runtimes_aws.stack import by_name

NUMERICS = ("numpy", "scipy", "lightgbm", "duckdb", "deltalake", "pyarrow")


def imported(*modules: str) -> set[str]:
    """The packages that a fresh interpreter has after importing ``modules``."""
    code = f"import sys, {', '.join(modules)}; print(*{{m.split('.')[0] for m in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=60)
    return set(run.stdout.decode().split())


def module(function: Function) -> str:
    return function.handler.rpartition(".")[0]


def test_the_list_loads_without_numerics_and_without_amazons_library() -> None:
    loaded = imported("omnix.runtimes.aws.functions")
    assert not loaded & {*NUMERICS, "boto3", "botocore", "litestar", "argon2"}


def test_a_small_bundle_suffices_for_the_backend_kind() -> None:
    light = [module(function) for function in FUNCTIONS if function.kind == "backend"]
    assert "omnix.runtimes.aws.entry" in light
    loaded = imported(*light)
    assert not loaded & {*NUMERICS, "apsw", "uvicorn", "typer", "rich", "python_calamine"}
    assert not loaded & {"boto3", "sqlglot"}
    assert {"botocore", "litestar"} <= loaded


def test_the_lake_needs_no_web_framework() -> None:
    lake = by_name("lake")
    assert lake.kind == "lake"
    assert not imported(module(lake), "omnix.adapters.aws.lake") & {"litestar", "mangum", "argon2"}


def test_what_works_behind_the_api_needs_no_web_framework() -> None:
    work = [module(function) for function in FUNCTIONS if function.kind == "work"]
    loaded = imported(*work, "omnix.work", "omnix.adapters.aws.lake", "omnix.transfer.incoming.run")
    assert not loaded & {"litestar", "mangum", "apsw", "uvicorn", "typer", "rich"}


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.name)
def test_every_handler_is_there(function: Function) -> None:
    name = function.handler.rpartition(".")[2]
    assert callable(getattr(__import__(module(function), fromlist=[name]), name))


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.name)
def test_every_function_is_told_what_it_reads(function: Function) -> None:
    told = dict.fromkeys(function.variables, "x") | {"STAGE": "dev", "PROJECT_NAME": "omnix-ai"}
    if function.name != "lake":
        assert resources(told).secrets == "omnix-ai/dev/"


def test_the_routes_that_compute_run_on_the_forecast_function() -> None:
    paths = {
        function.name: {
            path for t in function.triggers if isinstance(t, Routes) for path in t.paths
        }
        for function in FUNCTIONS
    }
    assert "/{proxy+}" in paths["backend"]
    assert {"/v1/forecasts", "/v1/forecasts/{proxy+}", "/v1/ai/forecast"} <= paths["forecast"]


def test_every_part_of_a_path_leads_somewhere() -> None:
    """API Gateway makes a resource of each part, and one without a method answers by itself."""
    paths = [p for f in FUNCTIONS for t in f.triggers if isinstance(t, Routes) for p in t.paths]
    assert len(paths) == len(set(paths))
    for path in paths:
        parts = path.strip("/").split("/")
        for end in range(1, len(parts)):
            above = "/" + "/".join(parts[:end])
            assert above in paths, path
            assert f"{above}/{{proxy+}}" in paths, path


def test_a_function_ends_before_its_messages_come_again() -> None:
    visible = {queue.name: queue.visibility for queue in QUEUES}
    for function in FUNCTIONS:
        for trigger in function.triggers:
            if isinstance(trigger, Queue):
                assert function.timeout <= visible[trigger.queue], function.name
                assert trigger.report_failures


def test_every_queue_has_somebody_who_takes_from_it() -> None:
    taken = {t.queue for f in FUNCTIONS for t in f.triggers if isinstance(t, Queue)}
    assert taken == {queue.name for queue in QUEUES} == {*QUEUE_VARIABLES, DEAD}
    jobs = {job.queue for domain in DECLARED for job in domain.jobs}
    assert jobs <= set(QUEUE_VARIABLES)


def test_what_a_trigger_reads_is_granted() -> None:
    for function in FUNCTIONS:
        granted = {(g.kind, g.name, access) for g in function.grants for access in g.access}
        for trigger in function.triggers:
            if isinstance(trigger, Queue):
                assert ("queue", trigger.queue, "consume") in granted
            if isinstance(trigger, EventStream):
                assert ("stream", EVENTS, "get") in granted
            if isinstance(trigger, TableStream):
                assert ("table", trigger.table, "stream") in granted


def test_every_collection_is_somebodys_to_read_and_write() -> None:
    known = {collection.table for collection in (*COLLECTIONS, *OWN, CONNECTIONS, BEHIND)}
    for access in ("read", "write"):
        granted = {
            g.name for f in FUNCTIONS for g in f.grants if g.kind == "table" and access in g.access
        }
        assert granted == known


def test_nobody_who_answers_requests_may_scan() -> None:
    for function in FUNCTIONS:
        if any(isinstance(trigger, Routes) for trigger in function.triggers):
            assert not [g for g in function.grants if "scan" in g.access]


def test_schedules_are_looked_at_often_enough() -> None:
    (tick,) = (trigger for trigger in by_name("upkeep").triggers if isinstance(trigger, Every))
    assert all(s.every is None or s.every >= tick.minutes * 60 for s in SCHEDULES)


def test_every_scheduled_job_is_declared() -> None:
    declared = {job.name for domain in DECLARED for job in domain.jobs}
    assert {schedule.job for schedule in SCHEDULES} <= declared


def test_queries_are_known_by_their_names() -> None:
    assert {"sales_bounds", "order_figures", "demand"} <= set(known_queries())
