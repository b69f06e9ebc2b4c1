"""The journey over the emulator of AWS has a target of its own: make journey."""

import os

collect_ignore_glob = [] if os.environ.get("OMNIX_JOURNEY") == "1" else ["test_*.py"]
