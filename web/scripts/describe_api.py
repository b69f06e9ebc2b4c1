"""Writes the API's description to web/src/api/openapi.json; `npm run api` makes types of it."""

from pathlib import Path

import msgspec

from omnix.app import openapi_document

TARGET = Path(__file__).parents[1] / "src" / "api" / "openapi.json"

if __name__ == "__main__":
    TARGET.write_bytes(msgspec.json.format(openapi_document(), indent=1) + b"\n")
