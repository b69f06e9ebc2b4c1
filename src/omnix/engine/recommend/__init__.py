"""Recommendations: what a customer buys next, what goes with what, and how good a list was."""
