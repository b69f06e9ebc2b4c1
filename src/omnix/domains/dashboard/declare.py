"""What the dashboard declares."""

from omnix.kit.declare import READERS, Collection, Domain, JobType, Permission, Schedule

DAY_TOTALS = Collection("day_totals", table="historical-data", key=("product_id", "date"))
"""Totals of a day: ``product_id`` is ``_total`` for the shop."""

SNAPSHOTS = Collection("dashboard", table="system", key=("key",))
"""What one query over the lake found, kept for the page that shows it."""

EXPLANATIONS = Collection("dashboard_changes", table="system", key=("key",), ttl="expires")
"""Why a figure changed, by metric and days: ``told``, with a ``stamp`` of what it rests on."""

DIGESTS = Collection("dashboard_digests", table="system", key=("scope", "user_id"))
"""Who wants the figures by mail: ``every`` day or week, ``sent_for`` the day of the last one."""

DIGEST = JobType("dashboard.digest", "Draw up the digests that are due", timeout=300)
EXPLAIN = JobType("dashboard.explain", "Explain the usual changes", timeout=600)
REBUILD = JobType("dashboard.rebuild", "Recompute the dashboard from the lake", timeout=600)

DOMAIN = Domain(
    name="dashboard",
    title="Dashboard",
    collections=(DAY_TOTALS, SNAPSHOTS, EXPLANATIONS, DIGESTS),
    jobs=(REBUILD, EXPLAIN, DIGEST),
    # Just after midnight, since every range moves on with the day, sales or not.
    schedules=(
        Schedule("dashboard-nightly", job=REBUILD.name, at="00:05"),
        # After the day's stock was closed.
        Schedule("dashboard-explain", job=EXPLAIN.name, at="01:30"),
        Schedule("dashboard-digest", job=DIGEST.name, at="06:30"),
    ),
    events={"dashboard.refreshed": "The dashboard's figures changed."},
    permissions=(Permission("dashboard:read", "See the dashboard", READERS),),
)
