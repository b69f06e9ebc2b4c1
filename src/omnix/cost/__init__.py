"""What the stack costs a month. Plain data and pure functions of the standard library alone."""

from omnix.cost.estimate import Estimate, Line, estimate, monthly_estimate, spend_limit
from omnix.cost.expected import expected
from omnix.cost.loads import LOADS, Load

__all__ = [
    "LOADS",
    "Estimate",
    "Line",
    "Load",
    "estimate",
    "expected",
    "monthly_estimate",
    "spend_limit",
]
