"""The web is built on the API as it is."""

import msgspec

from omnix.app import openapi_document

from .conftest import WEB


def test_the_web_knows_the_api_as_it_is() -> None:
    known = msgspec.json.decode((WEB / "src" / "api" / "openapi.json").read_bytes())
    assert known == msgspec.json.decode(openapi_document()), (
        "the API has changed: run .venv/bin/python web/scripts/describe_api.py, then in web/ "
        "npm run api and npm run typecheck"
    )
