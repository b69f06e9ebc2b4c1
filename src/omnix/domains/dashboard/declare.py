"""What the dashboard declares."""

from omnix.kit.declare import READERS, Collection, Domain, JobType, Permission, Schedule

DAY_TOTALS = Collection("day_totals", table="historical-data", key=("product_id", "date"))
"""Totals of a day: ``product_id`` is ``_total`` for the shop."""

SNAPSHOTS = Collection("dashboard", table="system", key=("key",))
"""What one query over the lake found, kept for the page that shows it."""

REBUILD = JobType("dashboard.rebuild", "Recompute the dashboard from the lake", timeout=600)

DOMAIN = Domain(
    name="dashboard",
    title="Dashboard",
    collections=(DAY_TOTALS, SNAPSHOTS),
    jobs=(REBUILD,),
    # Just after midnight, since every range moves on with the day, sales or not.
    schedules=(Schedule("dashboard-nightly", job=REBUILD.name, at="00:05"),),
    events={"dashboard.refreshed": "The dashboard's figures changed."},
    permissions=(Permission("dashboard:read", "See the dashboard", READERS),),
)
