"""What the system domain declares."""

from omnix.kit.declare import (
    ADMIN,
    ADMINS,
    MANAGER,
    READERS,
    SERVICE,
    Collection,
    Domain,
    Index,
    JobType,
    Permission,
    Schedule,
)
from omnix.platform.consume import POISONED, TROUBLED
from omnix.platform.idempotency import IDEMPOTENCY
from omnix.platform.jobs import JOB_RUNS
from omnix.platform.migrations import MADE, MIGRATE
from omnix.platform.redrive import REDRIVE
from omnix.platform.search import SEARCH
from omnix.platform.unique import UNIQUE
from omnix.platform.upkeep import COMPACT, RESEND, TRIM
from omnix.version import VERSION

SETTINGS = Collection("settings", table="system", key=("key",), remembered=True)
"""One item each: ``shop``, ``setup`` (how far the first filling is), ``data_until``."""

SETTINGS_HISTORY = Collection("settings_history", table="system", key=("key", "version"))
BEATS = Collection("beats", table="system", key=("name",), ttl="expires")
"""Signs of life: when a worker, and the health check itself, last wrote."""

QUALITY = Collection(
    "data_quality",
    table="system",
    key=("check",),
    indexes=(
        Index("listing-index", "listing", "rank"),
        Index("severity-index", "severity", "rank"),
    ),
)
"""What each check of the data found last; ``rank`` begins with 0 where it found something."""

QUALITY_CHECK = JobType("data.check", "Look for what is wrong with the data", timeout=600)

DOMAIN = Domain(
    name="system",
    title="Health, settings, jobs",
    collections=(
        SETTINGS, SETTINGS_HISTORY, BEATS, JOB_RUNS, POISONED, TROUBLED, IDEMPOTENCY, SEARCH,
        UNIQUE, QUALITY, MADE,
    ),
    events={
        "settings.changed": "The shop's settings were changed.",
        "setup.changed": "The first filling of the shop came further.",
        "job.changed": "A job began or ended.",
        "job.progressed": "A job came further.",
    },
    jobs=(COMPACT, TRIM, RESEND, REDRIVE, QUALITY_CHECK, MIGRATE),
    schedules=(
        Schedule("lake-compact", COMPACT.name, every=3600),
        Schedule("events-trim", TRIM.name, at="04:00"),
        Schedule("jobs-resend", RESEND.name, every=900),
        # Named by the version, so that a new one does it at its start.
        Schedule(f"data-migrate-{VERSION}", MIGRATE.name, at="02:30"),
        Schedule("data-check", QUALITY_CHECK.name, at="05:00"),
    ),
    permissions=(
        Permission("system:read", "See status, settings and jobs", READERS),
        Permission("system:write", "Change settings, see and redrive what failed", ADMINS),
        Permission("jobs:write", "Start and cancel jobs", frozenset({ADMIN, MANAGER, SERVICE})),
    ),
)  # fmt: skip
