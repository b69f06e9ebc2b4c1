"""Sends events from Python programs; needs nothing but the standard library."""

from omnix.client.events import Events

__all__ = ["Events"]
