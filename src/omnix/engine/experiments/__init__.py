"""Experiment numerics: sums of units in, read-outs that may be trusted out.

Nothing is gathered here: ``buckets`` is asked on every page view, by a process that should not
have to load the numerics of the rest.
"""
