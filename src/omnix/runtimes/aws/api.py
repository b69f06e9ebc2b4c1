"""The HTTP interface behind API Gateway: the functions called backend and forecast."""

import json
import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from mangum import Mangum

from omnix import app
from omnix.declared import ROLE_PERMISSIONS
from omnix.domains.auth.authenticate import make_authenticator
from omnix.domains.streaming.origins import open_to_origins
from omnix.domains.system import config
from omnix.domains.system.config import Option
from omnix.domains.system.declare import BEATS
from omnix.domains.system.health import WORKER, Check
from omnix.domains.system.lag import ConsumerLag, Lags
from omnix.kit.errors import TooLarge
from omnix.kit.time import instant
from omnix.platform.headers import guarded
from omnix.ports import Ports
from omnix.runtimes.aws.functions import BUCKET_VARIABLES, DATA_LAKE, FUNCTIONS, LAKE
from omnix.runtimes.aws.observe import begin, logs_to_output
from omnix.runtimes.aws.own import BEHIND, BUS
from omnix.runtimes.aws.stack import Container

MAX_ANSWER = 5_900_000
"""Characters of a body that Lambda carries, with room for the headers: six million bytes in all."""

LATE_SECONDS = 15 * 60
"""The schedules ask every five minutes; three times in vain is no chance."""

OPTIONS = (
    Option(name="STAGE", title="The environment"),
    Option(name="PROJECT_NAME", title="What names of resources begin with"),
    Option(name="AWS_REGION", title="The region"),
    Option(name="LOG_LEVEL", title="What is logged at least; INFO without"),
    *(option for option in config.OPTIONS if option.stored),
    *(
        Option(name=name, title="Given by the stack")
        for name in dict.fromkeys(
            variable
            for function in FUNCTIONS
            if function.name in ("backend", "forecast")
            for variable in function.variables
        )
    ),
)
"""What the functions that answer requests read."""

_TEXT = ["text/", "application/json", "application/problem+json", "application/javascript"]


class Service:
    """The application in one container."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.container = Container(env, lake=False)
        ports = self.container.ports
        authenticate = make_authenticator(ports, ROLE_PERMISSIONS)
        probes = {"lake": self._lake, "worker": self._worker}
        made = app.api(ports, authenticate, probes=probes, lagging=_lagging)
        region = env.get("AWS_REGION")
        made.state.update({"stage": env["STAGE"], "region": region, "options": OPTIONS})
        self._mangum = Mangum(
            _below_its_stage(guarded(open_to_origins(made, ports))),
            lifespan="off",
            api_gateway_base_path=env["STAGE"],
            text_mime_types=_TEXT,
        )

    async def _lake(self) -> Check:
        """Its bucket answers: to ask the lake itself could mean to wait for another function."""
        bucket = self.container.env[BUCKET_VARIABLES[DATA_LAKE]]
        calls = self.container.platform.calls
        await calls.call("s3", "list_objects_v2", Bucket=bucket, Prefix=LAKE, MaxKeys=1)
        return Check("lake", "ok", "its bucket can be read")

    async def _worker(self) -> Check:
        ports = self.container.ports
        beat = await ports.records.get(BEATS, WORKER)
        if beat is None:
            return Check("worker", "degraded", "no schedule has run yet")
        age = int(ports.clock.now().timestamp()) - int(beat["at"])
        if age > LATE_SECONDS:
            return Check("worker", "degraded", f"no schedule has run for {age} seconds")
        return Check("worker", "ok", "schedules run")

    def answer(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """The answer to an event of a REST API."""
        self.container.enter()
        answer = self._mangum(event, context)
        size = len(answer["body"])
        return answer if size <= MAX_ANSWER else _too_large(answer, size)


def _below_its_stage(app: Any) -> Any:
    """API Gateway's own address has the stage before each path, which a link must not leave out."""

    async def call(scope: Any, receive: Any, send: Any) -> None:
        asked = scope.get("aws.event", {}).get("requestContext", {}).get("path", "")
        if asked.endswith(scope.get("path", "/")):
            scope["app_root_path"] = asked.removesuffix(scope["path"])
        await app(scope, receive, send)

    return call


async def _lagging(ports: Ports) -> Lags:
    """Those that are noted as behind; how far the others are, only the stream's metrics tell."""
    page = await ports.records.query(BEHIND, BUS, limit=200)
    behind = [
        ConsumerLag(name=i["consumer"], lag_seconds=None, events=None, detail=i["reason"])
        for i in page.items
    ]
    return Lags(at=instant(ports.clock.now()), consumers=behind)


def _too_large(answer: Mapping[str, Any], size: int) -> dict[str, Any]:
    problem = {
        "type": f"/problems/{TooLarge.kind}",
        "title": TooLarge.title,
        "status": TooLarge.status,
        "detail": f"the answer has {size} bytes, and {MAX_ANSWER} is the most; ask for less",
    }
    headers = {k: v for k, v in answer["headers"].items() if k not in ("content-length", "etag")}
    return {
        "statusCode": TooLarge.status,
        "headers": {**headers, "content-type": "application/problem+json"},
        "multiValueHeaders": answer["multiValueHeaders"],
        "body": json.dumps(problem),
        "isBase64Encoded": False,
    }


@cache
def _service() -> Service:
    logs_to_output()
    return Service(os.environ)


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What API Gateway's proxy integration sends, and what it takes back."""
    service = _service()
    begin(context)
    return service.answer(event, context)
