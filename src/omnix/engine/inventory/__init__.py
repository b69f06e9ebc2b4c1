"""Inventory numerics: how much to order, and when, and what a policy would have cost."""

from omnix.engine.inventory.reorder import Plan, TotalDemand, plan

__all__ = ["Plan", "TotalDemand", "plan"]
