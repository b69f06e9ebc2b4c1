"""The time of the machine that a function runs on."""

from datetime import UTC, datetime


class AwsClock:
    """Amazon keeps its machines' clocks within milliseconds of each other."""

    def now(self) -> datetime:
        return datetime.now(UTC)
