"""Which span causes what is done now, and so what is stored, as W3C Trace Context writes it.

Empty everywhere unless somebody asked for traces; nothing is then stored or looked up.
"""

from contextvars import ContextVar

CURRENT: ContextVar[str] = ContextVar("traceparent", default="")
"""The ``traceparent`` of the span under way, sampled or not."""

_followed = False


def follow(on: bool) -> None:
    """Say whether this process tells a collector of its work."""
    global _followed
    _followed = on


def followed() -> bool:
    """Whether anybody here wants to know what caused an event."""
    return _followed


def producer() -> str:
    """The ``traceparent`` that events caused now carry: none where their trace is not sampled."""
    current = CURRENT.get()
    # The last of its flags, which are in hexadecimal.
    return current if current and int(current[-1], 16) & 1 else ""
