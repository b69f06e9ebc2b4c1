"""Streaming: what visitors do, taken once, counted live, kept for analysis."""
