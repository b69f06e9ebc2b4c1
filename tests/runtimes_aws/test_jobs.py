"""Messages of the queues: done, retried, stopped in time, or kept with the dead letters."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from omnix.kit.declare import JobType
from omnix.kit.errors import Invalid
from omnix.platform import jobs as platform_jobs
from omnix.platform.jobs import JobContext, JobHandler
from omnix.runtimes.aws import jobs, upkeep
from omnix.runtimes.aws.jobs import Worker
from omnix.runtimes.aws.observe import SPARE_SECONDS, Time
from ports import emulators
from runtimes_aws.events import Context, sqs
from runtimes_aws.shop import Shop

pytestmark = emulators.GROUP

ALL: dict[str, Any] = {"batchItemFailures": []}
QUEUE = "omnix-forecasting-queue-dev"
DEAD = "omnix-forecasting-dlq-dev"
STEPS = 3


class Stepping:
    """A job of three steps that notes each and goes on from there; the second one lasts for ever
    while it is told to.
    """

    type = JobType("test.steps", "Three steps")

    def __init__(self) -> None:
        self.done: list[int] = []
        self.blocked = True

    async def run(self, context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
        for step in range(len(self.done), STEPS):
            if step == 1 and self.blocked:
                await asyncio.Event().wait()
            self.done.append(step)
        return {"steps": len(self.done)}


def letters(shop: Shop) -> dict[str, Any]:
    return {item["id"]: item for item in shop.ok("GET", "/dead-letters")["items"]}


def send(shop: Shop, body: str, variable: str = "FORECASTING_QUEUE_URL") -> None:
    shop.stack.now("sqs", "send_message", QueueUrl=shop.stack.variables[variable], MessageBody=body)


def test_a_job_that_outlasts_its_time_is_put_back_and_goes_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "LEAST_SECONDS", 0.0)
    shop.settle()
    container, _ = jobs._worker()
    stepping = Stepping()
    worker = Worker(container, [JobHandler(stepping.type, stepping.run)])
    run = container.run(platform_jobs.submit(container.ports, stepping.type, {}))
    short = Time(Context(int(SPARE_SECONDS * 1000) + 300))
    event = sqs(QUEUE, shop.stack.messages())
    assert container.run(worker.work(event["Records"], short)) == ALL
    assert stepping.done == [0]
    assert shop.ok("GET", f"/jobs/{run.id}")["state"] == "queued"
    stepping.blocked = False
    again = sqs(QUEUE, shop.stack.messages())
    assert container.run(worker.work(again["Records"], Time(Context()))) == ALL
    assert stepping.done == [0, 1, 2]
    assert shop.ok("GET", f"/jobs/{run.id}")["result"] == {"steps": 3}


def test_when_the_time_is_over_the_rest_comes_again(shop: Shop) -> None:
    shop.settle()
    container, _ = jobs._worker()
    for _ in range(3):
        stepping = Stepping()
        container.run(platform_jobs.submit(container.ports, stepping.type, {}))
    stepping.blocked = False
    worker = Worker(container, [JobHandler(stepping.type, stepping.run)])
    event = sqs(QUEUE, shop.stack.messages())
    ids = [record["messageId"] for record in event["Records"]]
    assert len(ids) == 3

    class Once(Time):
        looks = 2

        @property
        def left(self) -> float:
            self.looks -= 1
            return 60.0 if self.looks >= 0 else 0.0

    told = container.run(worker.work(event["Records"], Once(Context())))
    assert told == {"batchItemFailures": [{"itemIdentifier": id} for id in ids[1:]]}
    assert container.run(worker.work(event["Records"], Time(Context()))) == ALL


@pytest.mark.parametrize("body", ["no json", "[]", '{"id": "x"}'])
def test_a_message_that_is_none_of_ours_is_kept(shop: Shop, body: str) -> None:
    send(shop, body)
    event = sqs(QUEUE, shop.stack.messages())
    id = event["Records"][0]["messageId"]
    assert jobs.handle(event, Context()) == ALL
    assert letters(shop)[id]["payload"] == {"body": body}


def test_a_job_that_nobody_does_is_kept(shop: Shop) -> None:
    send(shop, json.dumps({"id": "job_old", "name": "gone.by", "payload": {"a": 1}}))
    assert jobs.handle(sqs(QUEUE, shop.stack.messages()), Context()) == ALL
    letter = letters(shop)["job_old"]
    assert letter["error"] == "nobody does gone.by"
    assert letter["payload"] == {"a": 1}


def test_what_the_queue_gave_up_is_kept_and_its_job_has_failed(shop: Shop) -> None:
    shop.settle()
    run = shop.ok("POST", "/forecasts/batch")
    (message,) = shop.stack.messages()
    send(shop, message["Body"], "DEAD")
    event = sqs(DEAD, shop.stack.messages("DEAD"))
    assert upkeep.handle(event, Context()) == ALL
    assert letters(shop)[run["id"]]["name"] == "forecast.all"
    failed = shop.ok("GET", f"/jobs/{run['id']}")
    assert failed["state"] == "failed"
    assert upkeep.handle(event, Context()) == ALL
    shop.ok("POST", f"/dead-letters/{run['id']}/redrive")
    shop.settle()
    assert shop.ok("GET", f"/jobs/{run['id']}")["state"] == "done"


def test_rubbish_that_the_queue_gave_up_is_kept_too(shop: Shop) -> None:
    send(shop, "rubbish", "DEAD")
    event = sqs(DEAD, shop.stack.messages("DEAD"))
    assert upkeep.handle(event, Context()) == ALL
    assert letters(shop)[event["Records"][0]["messageId"]]["payload"] == {"body": "rubbish"}


def test_a_schedule_asks_once_in_its_time(shop: Shop) -> None:
    shop.settle()
    name = "forecast-nightly"
    for _ in range(2):
        assert upkeep.handle({"schedule": name}, Context()) == {"schedule": name}
    upkeep.handle({"schedule": "due"}, Context())
    asked = [
        run
        for run in shop.ok("GET", "/jobs", query={"limit": ["200"]})["items"]
        if run["id"].startswith(f"{name}:")
    ]
    assert len(asked) == 1
    with pytest.raises(Invalid, match="no schedule"):
        upkeep.handle({"schedule": "nonsense"}, Context())
    shop.settle()


def test_the_first_password_is_a_secret_and_made_once(
    shop: Shop, capfd: pytest.CaptureFixture[str]
) -> None:
    password = shop.first_password()
    upkeep.handle({"schedule": "due"}, Context())
    assert shop.first_password() == password
    assert password not in capfd.readouterr().out
