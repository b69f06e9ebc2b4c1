"""Behaviour that every domain needs and no adapter should repeat, written over the ports."""
