"""What the system domain declares."""

from omnix.kit.declare import (
    ADMIN,
    ADMINS,
    MANAGER,
    READERS,
    SERVICE,
    Collection,
    Domain,
    Permission,
    Schedule,
)
from omnix.platform.consume import POISONED, TROUBLED
from omnix.platform.idempotency import IDEMPOTENCY
from omnix.platform.jobs import JOB_RUNS
from omnix.platform.redrive import REDRIVE
from omnix.platform.search import SEARCH
from omnix.platform.unique import UNIQUE
from omnix.platform.upkeep import COMPACT, RESEND, TRIM

SETTINGS = Collection("settings", table="system", key=("key",), remembered=True)
"""One item each: ``shop``, ``setup`` (how far the first filling is), ``data_until``."""

SETTINGS_HISTORY = Collection("settings_history", table="system", key=("key", "version"))
BEATS = Collection("beats", table="system", key=("name",), ttl="expires")
"""Signs of life: when a worker, and the health check itself, last wrote."""

DOMAIN = Domain(
    name="system",
    title="Health, settings, jobs",
    collections=(
        SETTINGS, SETTINGS_HISTORY, BEATS, JOB_RUNS, POISONED, TROUBLED, IDEMPOTENCY, SEARCH,
        UNIQUE,
    ),
    events={
        "settings.changed": "The shop's settings were changed.",
        "setup.changed": "The first filling of the shop came further.",
        "job.changed": "A job began or ended.",
        "job.progressed": "A job came further.",
    },
    jobs=(COMPACT, TRIM, RESEND, REDRIVE),
    schedules=(
        Schedule("lake-compact", COMPACT.name, every=3600),
        Schedule("events-trim", TRIM.name, at="04:00"),
        Schedule("jobs-resend", RESEND.name, every=900),
    ),
    permissions=(
        Permission("system:read", "See status, settings and jobs", READERS),
        Permission("system:write", "Change settings, see and redrive what failed", ADMINS),
        Permission("jobs:write", "Start and cancel jobs", frozenset({ADMIN, MANAGER, SERVICE})),
    ),
)  # fmt: skip
