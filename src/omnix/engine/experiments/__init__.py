"""Experiment numerics: sums of units in, read-outs that may be trusted out."""

from omnix.engine.experiments.buckets import assign, even_weights
from omnix.engine.experiments.estimate import Arms, Effect, Estimate, Kind, effect, estimates
from omnix.engine.experiments.guardrail import guardrail
from omnix.engine.experiments.interleave import Preference, credit, preference, team_draft
from omnix.engine.experiments.multiple import benjamini_hochberg, holm
from omnix.engine.experiments.power import Plan, plan, proportion_deviation
from omnix.engine.experiments.quantile import quantile
from omnix.engine.experiments.readout import (
    FLAT,
    Belief,
    Interval,
    Prior,
    bayesian,
    fixed,
    sequential,
)
from omnix.engine.experiments.srm import RatioCheck, ratio_check
from omnix.engine.experiments.sums import Sums, total

__all__ = [
    "FLAT",
    "Arms",
    "Belief",
    "Effect",
    "Estimate",
    "Interval",
    "Kind",
    "Plan",
    "Preference",
    "Prior",
    "RatioCheck",
    "Sums",
    "assign",
    "bayesian",
    "benjamini_hochberg",
    "credit",
    "effect",
    "estimates",
    "even_weights",
    "fixed",
    "guardrail",
    "holm",
    "plan",
    "preference",
    "proportion_deviation",
    "quantile",
    "ratio_check",
    "sequential",
    "team_draft",
    "total",
]
