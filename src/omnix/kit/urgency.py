"""Whether what is written now is waited for, or may wait itself a moment for company."""

from contextvars import ContextVar

CAN_WAIT: ContextVar[bool] = ContextVar("can_wait", default=False)
"""Set by who comes back for more later anyway; a store that gains by it gathers such writes."""
