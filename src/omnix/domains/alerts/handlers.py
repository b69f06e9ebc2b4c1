"""What alerts follow from, and their work behind the scenes."""

from omnix.platform.consume import Consumer
from omnix.platform.jobs import JobHandler

from .declare import MAIL, NOTIFY, SWEEP, TICK
from .mailing import mail
from .sweep import follow, sweep
from .ticking import notify, tick

CONSUMERS = (
    Consumer(
        "alerts",
        (
            "proposals.refreshed",
            "anomaly.detected",
            "model.drifted",
            "forecast.made",
            "customers.analysed",
            "ai.spent",
            "product.created",
            "product.changed",
            "job.changed",
            "alert-rule.changed",
        ),
        follow,
        batch=500,
        rest=9,
    ),
)
JOBS = (
    JobHandler(SWEEP, sweep),
    JobHandler(TICK, tick),
    JobHandler(NOTIFY, notify),
    JobHandler(MAIL, mail),
)
