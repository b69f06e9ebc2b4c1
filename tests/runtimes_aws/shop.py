"""A shop that runs on the functions: each is called as Lambda calls it."""

import json
from dataclasses import dataclass
from typing import Any

from omnix.runtimes.aws import api, consumers, jobs, live, relay, upkeep
from omnix.runtimes.aws.upkeep import FIRST_PASSWORD
from runtimes_aws.events import Context, kinesis, rest, sqs
from runtimes_aws.stack import Stack

ADMIN = "admin@omnix.local"
OWN = "correct horse battery 7 staple"


@dataclass
class Shop:
    """``token`` is the admin's; ``made`` keeps one shop for each stack."""

    stack: Stack
    token: str = ""

    @staticmethod
    def of(stack: Stack) -> "Shop":
        known: Shop | None = getattr(stack, "shop", None)
        if known is None:
            known = Shop(stack)
            known.open()
            stack.shop = known  # type: ignore[attr-defined]
        return known

    def open(self) -> None:
        """The first start, and the admin's first sign-in."""
        upkeep.handle({"schedule": "due"}, Context())
        password = self.first_password()
        token = self.sign_in(password)
        body = {"current_password": password, "new_password": OWN}
        status, told = self.call("POST", "/user/password", body, token=token)
        assert status < 300, told
        self.token = self.sign_in(OWN)

    def first_password(self) -> str:
        name = f"omnix-ai/dev/{FIRST_PASSWORD}"
        answer = self.stack.now("secretsmanager", "get_secret_value", SecretId=name)
        secret: bytes = answer["SecretBinary"]
        return secret.decode()

    def sign_in(self, password: str) -> str:
        body = {"email": ADMIN, "password": password}
        status, told = self.call("POST", "/auth/login", body, token="")
        assert status == 200, told
        token: str = told["access_token"]
        return token

    def answer(
        self, method: str, path: str, body: Any = None, token: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """What the function says to API Gateway."""
        token = self.token if token is None else token
        headers = {**({"Authorization": f"Bearer {token}"} if token else {})}
        headers |= more.pop("headers", {})
        event = rest(method, f"/v1{path}", body, headers, **more)
        return api.handle(event, Context())

    def close(self) -> None:
        """End what the functions' containers hold, of those that were called."""
        if api._service.cache_info().currsize:
            api._service().container.close()
            api._service.cache_clear()
        for container in (relay._container, upkeep._container):
            if container.cache_info().currsize:
                container().close()
                container.cache_clear()
        for made in (consumers._delivery, jobs._worker, live._live):
            if made.cache_info().currsize:
                made()[0].close()
                made.cache_clear()

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        answer = self.answer(method, path, body, **more)
        told = answer["body"]
        return answer["statusCode"], json.loads(told) if told else None

    def ok(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        status, told = self.call(method, path, body, **more)
        assert status < 300, told
        return told

    def relayed(self) -> list[tuple[str, bytes]]:
        """Let the outbox's stream be relayed; what came onto the bus."""
        records = self.stack.outbox()
        if records["Records"]:
            assert relay.handle(records, Context()) == {"batchItemFailures": []}
        return self.stack.events()

    def settle(self, rounds: int = 20) -> None:
        """Let everything happen that follows from what was done, until nothing more does."""
        for _ in range(rounds):
            records = self.relayed()
            if records:
                assert consumers.handle(kinesis(records), Context()) == {"batchItemFailures": []}
            messages = self.stack.messages()
            if messages:
                told = jobs.handle(sqs("omnix-forecasting-queue-dev", messages), Context())
                assert told == {"batchItemFailures": []}
            if not records and not messages:
                return
        raise AssertionError("it never comes to an end")
