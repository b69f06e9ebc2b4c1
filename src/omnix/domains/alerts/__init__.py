"""Alerts: what is about to cost money, what it costs, what to do about it, and who is told."""
