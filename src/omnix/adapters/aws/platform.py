"""All ports in one AWS account. Imports neither the lake nor numerics: who has one brings it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from omnix.adapters.aws.blobs import AwsBlobs
from omnix.adapters.aws.bus import AwsBus
from omnix.adapters.aws.calls import Calls
from omnix.adapters.aws.chat import AwsChat
from omnix.adapters.aws.clock import AwsClock
from omnix.adapters.aws.jobs import AwsJobs
from omnix.adapters.aws.mail import AwsMail
from omnix.adapters.aws.push import MANAGEMENT, AwsPush
from omnix.adapters.aws.records import AwsRecords
from omnix.adapters.aws.secrets import AwsSecrets
from omnix.kit.declare import Collection, JobType
from omnix.ports import Clock, Lake, NoFoundation, Ports


@dataclass(frozen=True)
class Resources:
    """What the infrastructure made, by the names that it gave.

    ``tables`` and ``queues`` map the names of the design (``historical-data``,
    ``forecasting-queue``) to those of the account and to URLs. ``websocket`` is the https
    address of the WebSocket API's stage. ``sender`` is whom mail comes from, ``model`` a model
    or inference profile of Bedrock; without them nothing is sent and nobody talks.
    """

    tables: Mapping[str, str]
    queues: Mapping[str, str]
    bucket: str
    stream: str
    secrets: str
    websocket: str
    key: str | None = None
    sender: str | None = None
    model: str | None = None


class AwsPlatform:
    """The ports of one stack; ``close`` lets go of connections.

    A job that ``jobs`` does not name goes to the forecasting queue.
    """

    def __init__(
        self,
        resources: Resources,
        collections: Iterable[Collection],
        jobs: Iterable[JobType],
        lake: Lake,
        *,
        calls: Calls | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.calls = calls or Calls()
        self.calls.endpoints[MANAGEMENT] = resources.websocket
        self.clock: Clock = clock or AwsClock()
        queues = {job.name: resources.queues[job.queue] for job in jobs}
        default = resources.queues["forecasting-queue"]
        self.records = AwsRecords(self.calls, collections, self.clock, resources.tables.__getitem__)
        self.bus = AwsBus(self.calls, self.records, self.clock, resources.stream)
        self.jobs = AwsJobs(
            self.calls,
            self.records,
            self.clock,
            resources.queues.values(),
            lambda name: queues.get(name, default),
        )
        self.push = AwsPush(self.calls, self.records, self.clock)
        self.blobs = AwsBlobs(self.calls, resources.bucket)
        self.secrets = AwsSecrets(self.calls, resources.secrets, resources.key)
        self.mail = AwsMail(self.calls, resources.sender, self.clock)
        self.chat = AwsChat(self.calls, resources.model)
        self.foundation = NoFoundation("foundation models run on one's own machine, not on AWS")
        self.lake = lake

    @property
    def ports(self) -> Ports:
        return Ports(
            records=self.records,
            lake=self.lake,
            bus=self.bus,
            jobs=self.jobs,
            push=self.push,
            blobs=self.blobs,
            secrets=self.secrets,
            mail=self.mail,
            chat=self.chat,
            foundation=self.foundation,
            clock=self.clock,
        )

    def close(self) -> None:
        """Safe to repeat."""
        self.calls.close()
