"""Collections that the adapters keep for themselves, declared as any domain's are."""

from omnix.adapters.aws.tables import OUTBOX as OUTBOX_TABLE
from omnix.kit.declare import Collection, Index

OUTBOX = Collection(
    "outbox",
    table=OUTBOX_TABLE,
    key=("aggregate", "number"),
    indexes=(Index("pending-index", "pending", "at"),),
)
"""Events of one aggregate from one batch. ``number`` counts an aggregate's batches from 1
without a gap; ``pending`` names one of a few lists until the events are on the bus. The newest
item of an aggregate stays, since its number is where the next one goes on."""

SEQUENCER = Collection("bus_sequencer", table="system", key=("bus",))
"""The bus's last sequence, and the batch that was given its sequences but may not be on it."""

POSITIONS = Collection("bus_positions", table="system", key=("consumer", "stream"))

QUEUED_JOBS = Collection("queued_jobs", table="system", key=("id",), ttl="expires")
"""What SQS does not keep: ids that were sent, who holds a message, how often it was received."""

DEAD_LETTERS = Collection(
    "dead_letters",
    table="system",
    key=("id",),
    indexes=(Index("listing-index", "listing", "at"),),
)

JOB_COUNTS = Collection("job_counts", table="system", key=("name",))

SUBSCRIPTIONS = Collection(
    "push_subscriptions",
    table="realtime",
    key=("channel", "connection"),
    indexes=(Index("connection-index", "connection", "channel"),),
    ttl="expires",
)

SEQUENCES = Collection("push_sequences", table="realtime", key=("channel",))

OWN = (
    OUTBOX,
    SEQUENCER,
    POSITIONS,
    QUEUED_JOBS,
    DEAD_LETTERS,
    JOB_COUNTS,
    SUBSCRIPTIONS,
    SEQUENCES,
)
