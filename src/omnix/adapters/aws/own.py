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

POSITIONS = Collection("bus_positions", table="system", key=("consumer",))

SENT_JOBS = Collection("sent_jobs", table="system", key=("id",), ttl="expires")
"""Ids under which a job was sent, so that a repeated send does nothing."""

DEAD_LETTERS = Collection(
    "dead_letters",
    table="system",
    key=("id",),
    indexes=(Index("listing-index", "listing", "at"),),
)

SUBSCRIPTIONS = Collection(
    "push_subscriptions",
    table="realtime",
    key=("channel", "connection"),
    indexes=(Index("connection-index", "connection", "channel"),),
    ttl="expires",
)

SEQUENCES = Collection("push_sequences", table="realtime", key=("channel",))

OWN = (OUTBOX, SEQUENCER, POSITIONS, SENT_JOBS, DEAD_LETTERS, SUBSCRIPTIONS, SEQUENCES)
