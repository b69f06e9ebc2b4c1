"""Both inventory benches: `python -m bench.inventory`."""

import subprocess
import sys

codes = [
    subprocess.run([sys.executable, "-m", f"bench.inventory.{name}"], check=False).returncode
    for name in ("speed", "year")
]
sys.exit(max(codes))
