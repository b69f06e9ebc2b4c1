"""Why a figure changed between two periods: `explain(History(...), before, now, days)`."""

from omnix.engine.changes.data import Groups, History
from omnix.engine.changes.explain import Cause, Explanation, Item, explain
from omnix.engine.changes.rounding import largest_remainder

__all__ = [
    "Cause",
    "Explanation",
    "Groups",
    "History",
    "Item",
    "explain",
    "largest_remainder",
]
