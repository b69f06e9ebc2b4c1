"""Writes ``shapes.json`` from the template as JSON: ``python -m omnix.cost < template.json``."""

import json
import sys

from omnix.cost.shape import FILE, text

if __name__ == "__main__":
    FILE.write_text(text(json.load(sys.stdin)))
