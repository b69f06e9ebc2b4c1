"""Inventory: planning and simulating beside peers, and a year of replenishment in money."""
