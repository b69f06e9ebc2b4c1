"""Writes ``shapes.json`` from the template as JSON: ``python -m omnix.cost < template.json``."""

import json
import sys
from pathlib import Path

from omnix.cost.shape import shapes

if __name__ == "__main__":
    made = json.dumps(shapes(json.load(sys.stdin)), indent=1) + "\n"
    Path(__file__).with_name("shapes.json").write_text(made)
