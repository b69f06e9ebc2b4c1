"""Inventory numerics: how much to order, and when."""

from omnix.engine.inventory.reorder import Plan, TotalDemand, plan

__all__ = ["Plan", "TotalDemand", "plan"]
