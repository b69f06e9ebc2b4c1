"""``omnix import``, ``export`` and ``demo``."""
