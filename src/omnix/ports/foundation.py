"""A forecasting model that somebody else trained, whose weights the user put on this machine."""

from typing import Any, Protocol

from omnix.kit.errors import Conflict


class Pretrained(Protocol):
    """Opened weights. ``fingerprint`` tells them from others; ``levels`` are the ascending
    probabilities [q] that they answer with, ``context`` the most days that they are shown,
    ``horizon`` the days that they tell ahead.
    """

    @property
    def name(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def levels(self) -> tuple[float, ...]: ...
    @property
    def context(self) -> int: ...
    @property
    def horizon(self) -> int: ...

    def quantiles(self, past: Any) -> Any:
        """Quantiles [n,q,horizon] of the days after ``past`` [n,t], NaN for days not known, at most
        ``context`` of them. float32 arrays; in batches of bounded size. Blocks: not for an event
        loop. Raises Conflict for weights that cannot be run.
        """
        ...


class Foundation(Protocol):
    """Where such weights are, if anywhere."""

    @property
    def configured(self) -> bool: ...

    async def name(self) -> str:
        """What the weights call themselves, without loading them. Raises Conflict, in words, where
        none are configured, what runs them is not installed, or they are not what is needed."""
        ...

    async def open(self) -> Pretrained:
        """The weights, loaded and tried. Raises Conflict as ``name`` does, and for weights that do
        not answer as they should."""
        ...


class NoFoundation:
    """Where there can be none, or none is configured; ``why`` tells a person."""

    configured = False

    def __init__(self, why: str) -> None:
        self._why = why

    async def name(self) -> str:
        raise Conflict(self._why)

    async def open(self) -> Pretrained:
        raise Conflict(self._why)
