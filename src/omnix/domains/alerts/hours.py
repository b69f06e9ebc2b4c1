"""When a channel may be told: digests and quiet hours, by the clock on the shop's wall."""

from datetime import UTC, datetime, time, timedelta

from omnix.kit.time import zone

from .channels import Channel, Quiet
from .model import SEVERITIES, Severity


def due(channel: Channel, severity: Severity, now: datetime, zone_name: str) -> datetime | None:
    """The first moment, ``now`` or later, at which an alert may be told; None for never.

    A digest that falls into quiet hours waits for their end, too.
    """
    if not channel.enabled:
        return None
    if SEVERITIES.index(severity) < SEVERITIES.index(channel.least_severity):
        return None
    if channel.urgent and severity == "critical":
        return now
    moment = now
    if channel.digest == "hourly":
        # An hour on the clock of UTC: zones that are half an hour off get it at half past.
        moment = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    elif channel.digest == "daily":
        moment = _next(now, _wall(channel.digest_at), zone_name)
    if channel.quiet is not None and _is_quiet(moment, channel.quiet, zone_name):
        moment = _next(moment, _wall(channel.quiet.ends), zone_name)
    return moment


def _wall(text: str) -> time:
    return time.fromisoformat(text)


def _is_quiet(moment: datetime, quiet: Quiet, zone_name: str) -> bool:
    clock = moment.astimezone(zone(zone_name)).time().replace(tzinfo=None)
    begins, ends = _wall(quiet.begins), _wall(quiet.ends)
    if begins < ends:
        return begins <= clock < ends
    return clock >= begins or clock < ends


def _next(now: datetime, wall: time, zone_name: str) -> datetime:
    """The next moment after ``now`` at which the shop's clock shows ``wall``.

    An hour that the clock skips is taken for the moment after the skip.
    """
    tz = zone(zone_name)
    day = now.astimezone(tz).date()
    for ahead in range(3):
        made = datetime.combine(day + timedelta(days=ahead), wall, tz).astimezone(UTC)
        if made > now:
            return made
    raise AssertionError("a day has every hour within two days")
