"""What a deployed stack made, found from outside of it: for commands, not for its functions."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError
from deltalake import DeltaTable

from omnix.adapters.aws.calls import Calls, code, refused
from omnix.adapters.aws.lake import AwsLake
from omnix.adapters.aws.platform import Resources
from omnix.adapters.aws.tables import TABLES
from omnix.kit.declare import Fact
from omnix.kit.errors import NotFound, Unavailable

_QUEUES = ("forecasting-queue", "notifications-queue")


def session(region: str | None = None, profile: str | None = None) -> Any:
    """A session with the credentials that the environment or ``profile`` has."""
    made = botocore.session.Session(profile=profile)
    if region is not None:
        made.set_config_variable("region", region)
    return made


async def resources(calls: Calls, stack: str, project: str, environment: str) -> Resources:
    """What the stack called ``stack`` made. Raises NotFound if there is none, or not all of it."""
    made: dict[str, list[str]] = {}
    more: dict[str, str] = {}
    while True:
        try:
            answer = await calls.call(
                "cloudformation", "list_stack_resources", StackName=stack, **more
            )
        except ClientError as error:
            if code(error) == "ValidationError":
                raise NotFound(f"there is no stack {stack} in this account and region") from error
            raise refused(error, f"the stack {stack} cannot be looked at") from error
        for each in answer["StackResourceSummaries"]:
            made.setdefault(each["ResourceType"], []).append(each.get("PhysicalResourceId") or "")
        if not answer.get("NextToken"):
            break
        more = {"NextToken": answer["NextToken"]}

    def find(kind: str, fits: Callable[[str], bool]) -> str:
        for name in made.get(kind, ()):
            if fits(name):
                return name
        raise NotFound(f"the stack {stack} has not all that OMNIX needs: no {kind} as expected")

    return Resources(
        tables={
            table: find("AWS::DynamoDB::Table", f"{project}-{table}-{environment}".__eq__)
            for table in TABLES
        },
        queues={
            queue: find(
                "AWS::SQS::Queue",
                lambda url, of=queue: url.endswith(f"/omnix-{of}-{environment}"),  # type: ignore[misc]
            )
            for queue in _QUEUES
        },
        bucket=find(
            "AWS::S3::Bucket", lambda name: name.startswith(f"{project}-data-lake-{environment}-")
        ),
        stream=find("AWS::Kinesis::Stream", lambda name: bool(name)),
        secrets=f"{project}/{environment}/",
        websocket="",
    )


class OutsideLake(AwsLake):
    """The lake of a stack for somebody whose credentials end from time to time."""

    def __init__(
        self, session: Any, calls: Calls, bucket: str, cache: Path, facts: Iterable[Fact]
    ) -> None:
        super().__init__(calls, bucket, cache, facts)
        self._session = session

    def _fresh(self, fact: Fact) -> DeltaTable:
        self.options.update(self._credentials())
        return super()._fresh(fact)

    def _credentials(self) -> Mapping[str, str]:
        """Those of now: the session renews what ended, which the Delta library cannot."""
        try:
            found = self._session.get_credentials()
            if found is None:
                raise Unavailable("there are no credentials for AWS: see `aws configure`")
            now = found.get_frozen_credentials()
        except BotoCoreError as error:
            raise Unavailable(f"there are no credentials for AWS: {error}") from error
        options = {
            "aws_access_key_id": now.access_key,
            "aws_secret_access_key": now.secret_key,
            "aws_region": self._session.get_config_variable("region") or "us-east-1",
        }
        if now.token:
            options["aws_session_token"] = now.token
        endpoint = str(self.calls.client("s3").meta.endpoint_url)
        if ".amazonaws." not in endpoint:
            options |= {"aws_endpoint_url": endpoint, "aws_allow_http": "true"}
        return options
