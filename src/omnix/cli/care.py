"""``omnix doctor``, ``backup``, ``restore`` and ``forecast``."""
