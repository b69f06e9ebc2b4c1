"""Tier 3: a model trained elsewhere, with the weights that the user put on this machine."""
