"""Where the functions called backend and forecast begin."""

import gc

# Among what is being imported nothing is garbage yet; looking for it took a fifth of the start.
gc.disable()

from omnix.runtimes.aws.api import handle  # noqa: E402

gc.freeze()
gc.enable()

__all__ = ["handle"]
