"""The emulator of AWS in a process of its own, and the deployed stack in it."""

import contextlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx

from faults.server import alive, free_port, kill, listens
from journeys_aws.rights import Call, Policy, calls_in
from omnix.adapters.aws.bus import decoded
from omnix.kit.events import Event
from omnix.runtimes.aws.functions import FUNCTIONS

ROOT = Path(__file__).parents[2]
EMULATOR = ROOT / ".venv-emulator" / "bin"
REGION = "us-east-1"
OWN_POLICY = "own"
READY_SECONDS = 60.0
STOP_SECONDS = 20.0
DEPLOY_SECONDS = 480


class Emulator:
    """Listens on a free port of 127.0.0.1 and enforces IAM; keeps nothing when it ends."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "emulator.log"
        self._folder = folder
        self._notes = folder / "asked"
        # Functions are unpacked there, hundreds of megabytes each time that one is made.
        self._unpacked = folder / "unpacked"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def env(self) -> dict[str, str]:
        """What a command needs to take the emulator for AWS."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "OMNIX_"))}
        return {
            **kept,
            "PATH": f"{EMULATOR}:{os.environ['PATH']}",
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "OMNIX_ARCHITECTURE": {"aarch64": "arm64"}.get(os.uname().machine, "x86_64"),
            "OMNIX_FUNCTION_PYTHON": self._python(),
        }

    @staticmethod
    def _python() -> str:
        (lib,) = (EMULATOR.parent / "lib").glob("python3.*")
        return lib.name.removeprefix("python")

    def start(self) -> None:
        self._unpacked.mkdir()
        command = [EMULATOR / "python", ROOT / "tests" / "infrastructure" / "emulator.py"]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                env={
                    **self.env,
                    "GATEWAY_PORT": str(self.port),
                    "AUTH": "true",
                    "AUDIT": str(self._notes),
                    "TMPDIR": str(self._unpacked),
                },
                start_new_session=True,
            )
        end = time.monotonic() + READY_SECONDS
        while True:
            assert self._process.poll() is None, self.log.read_text()
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/_ministack/health", timeout=5).status_code == 200:
                    break
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.1)
        assert listens(self._process.pid, self.port), "somebody else answers on this port"

    def stop(self) -> None:
        """It and the functions that it started: they are of its session."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            kill(self._process.pid)
            self._process.wait(STOP_SECONDS)
        for pid in _of_session(self._process.pid):
            kill(pid)
        shutil.rmtree(self._unpacked, ignore_errors=True)

    def noted(self) -> list[tuple[Call, bool]]:
        """What functions asked IAM for since this was called before, and whether they may."""
        if not self._notes.exists():
            return []
        taken = self._notes.rename(self._notes.with_suffix(".taken"))
        return list(calls_in(taken))

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


def _of_session(session: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == session and alive(int(entry.name)):
                    found.append(int(entry.name))
    return found


@contextmanager
def emulated(folder: Path) -> Iterator[Emulator]:
    emulator = Emulator(folder)
    try:
        emulator.start()
        yield emulator
    finally:
        emulator.stop()


@dataclass(frozen=True)
class Role:
    """Of one function: its own policy, and further ones for what is optional, by name."""

    name: str
    own: Policy
    further: Mapping[str, Policy]

    @property
    def all(self) -> list[Policy]:
        return [self.own, *self.further.values()]


class Stack:
    """The stack of ``environment``, made and removed by deploy.sh as anybody does it."""

    def __init__(self, emulator: Emulator, environment: str = "dev") -> None:
        self.emulator = emulator
        self.environment = environment
        self.name = f"omnix-ai-infrastructure-{environment}"
        self.took: dict[str, float] = {}

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.took[what] = time.monotonic() - began

    def deploy(self, what: str, *options: str, **variables: str) -> str:
        """Runs deploy.sh; what it printed. Raises AssertionError with that if it failed."""
        with self.timed(what):
            done = subprocess.run(
                ["infrastructure/deploy.sh", "-e", self.environment, "-r", REGION, *options],
                cwd=ROOT,
                env={**self.emulator.env, **variables},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=DEPLOY_SECONDS,
                check=False,
            )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout

    def outputs(self) -> Mapping[str, str]:
        (stack,) = self.emulator.client("cloudformation").describe_stacks(StackName=self.name)[
            "Stacks"
        ]
        return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}

    def _under_one_address(self, api: str) -> str:
        return f"/_aws/execute-api/{api}/{self.environment}"

    @property
    def url(self) -> str:
        return self.emulator.url + self._under_one_address(self.outputs()["ApiId"])

    @property
    def live_url(self) -> str:
        under = self._under_one_address(self.outputs()["WebSocketId"])
        return self.emulator.url.replace("http", "ws", 1) + under

    def first_password(self) -> str:
        secret = f"omnix-ai/{self.environment}/first-password"
        found = self.emulator.client("secretsmanager").get_secret_value(SecretId=secret)
        password: bytes = found["SecretBinary"]
        return password.decode()

    def roles(self) -> dict[str, Role]:
        """Each function's role with all that it allows."""
        clients = {name: self.emulator.client(name) for name in ("iam", "lambda")}
        return {f.name: self._role(f.name, clients["iam"], clients["lambda"]) for f in FUNCTIONS}

    def _role(self, function: str, iam: Any, functions: Any) -> Role:
        name = f"omnix-ai-{function}-{self.environment}"
        known = functions.get_function_configuration(FunctionName=name)
        role = known["Role"].rpartition("/")[2]
        own = iam.get_role_policy(RoleName=role, PolicyName=OWN_POLICY)["PolicyDocument"]
        further = {}
        for one in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
            arn = one["PolicyArn"]
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            asked = iam.get_policy_version(PolicyArn=arn, VersionId=version)
            further[one["PolicyName"]] = asked["PolicyVersion"]["Document"]
        return Role(role, own, further)

    def set_policy(self, role: Role, policy: Policy) -> None:
        """Let ``role`` have ``policy`` in place of its own."""
        self.emulator.client("iam").put_role_policy(
            RoleName=role.name, PolicyName=OWN_POLICY, PolicyDocument=json.dumps(policy)
        )

    def ask_for(self, schedule: str) -> None:
        """Have the jobs of ``schedule`` asked for, as EventBridge does."""
        told = self.emulator.client("lambda").invoke(
            FunctionName=f"omnix-ai-upkeep-{self.environment}",
            Payload=json.dumps({"schedule": schedule}),
        )
        assert "FunctionError" not in told, told["Payload"].read()

    def events(self) -> list[Event]:
        """All that lies on the stream, shard by shard."""
        kinesis = self.emulator.client("kinesis")
        stream = f"omnix-ai-events-{self.environment}"
        found: list[Event] = []
        for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
            place = {"StreamName": stream, "ShardId": shard["ShardId"]}
            begin = kinesis.get_shard_iterator(**place, ShardIteratorType="TRIM_HORIZON")
            iterator = begin["ShardIterator"]
            while True:
                batch = kinesis.get_records(ShardIterator=iterator, Limit=1000)
                for record in batch["Records"]:
                    with contextlib.suppress(ValueError):
                        found += decoded(record["Data"])
                if not batch["Records"]:
                    break
                iterator = batch["NextShardIterator"]
        return found

    def put_unreadable(self) -> None:
        """A record that nobody can read on the stream, and such a message in the queue."""
        self.emulator.client("kinesis").put_record(
            StreamName=f"omnix-ai-events-{self.environment}", Data=b"none of ours", PartitionKey="x"
        )
        sqs = self.emulator.client("sqs")
        sqs.send_message(QueueUrl=self._queue("forecasting-queue"), MessageBody="none of ours")

    def _queue(self, name: str) -> str:
        name = f"omnix-{name}-{self.environment}"
        url: str = self.emulator.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
        return url

    def waiting(self) -> dict[str, int]:
        """Messages in each queue, those in hand among them."""
        sqs = self.emulator.client("sqs")
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        found = {}
        for queue in ("forecasting-queue", "notifications-queue", "forecasting-dlq"):
            asked = sqs.get_queue_attributes(QueueUrl=self._queue(queue), AttributeNames=names)
            found[queue] = sum(int(asked["Attributes"][name]) for name in names)
        return found
