"""What the lake says of visitors' sessions."""

from datetime import UTC, timedelta

from omnix.domains.system.settings import shop
from omnix.kit.time import day_of, instant
from omnix.platform import queries
from omnix.ports import Ports

from . import sessions
from .model import SessionFigures
from .sessions import Session

SQL = queries.load(__package__)


async def session_figures(ports: Ports, hours: int) -> SessionFigures:
    """The sessions of the last ``hours``; one that began before is cut there."""
    until = ports.clock.now().astimezone(UTC)
    since = until - timedelta(hours=hours)
    zone = (await shop(ports)).time_zone
    rows = await ports.lake.rows(
        SQL["spans"],
        since=since.replace(tzinfo=None),
        until=until.replace(tzinfo=None),
        first_day=day_of(since, zone),
        last_day=day_of(until, zone),
    )
    folded = sessions.fold(
        (row["visitor"], Session(row["first"], row["last"], row["events"], row["purchases"]))
        for row in rows
    )
    every = [session for own in folded.values() for session in own]
    return SessionFigures(
        from_=instant(since),
        to=instant(until),
        gap_minutes=sessions.GAP_SECONDS // 60,
        sessions=len(every),
        visitors=len(folded),
        events=sum(session.events for session in every),
        mean_seconds=(
            sum(session.last - session.first for session in every) / len(every) if every else 0.0
        ),
        bounced=sum(session.events == 1 for session in every),
        converted=sum(session.purchases > 0 for session in every),
    )
