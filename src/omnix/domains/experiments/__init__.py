"""Experiments: who sees what, and what it changed."""
