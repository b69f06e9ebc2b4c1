"""The web is built on the API as it is."""

import re

import msgspec

from omnix.app import JOBS, openapi_document
from omnix.declared import EVENTS
from omnix.domains.auth.audit import NOT_CHANGES
from omnix.kit.holidays import COUNTRIES

from .conftest import WEB


def test_the_web_knows_the_api_as_it_is() -> None:
    known = msgspec.json.decode((WEB / "src" / "api" / "openapi.json").read_bytes())
    assert known == msgspec.json.decode(openapi_document()), (
        "the API has changed: run .venv/bin/python web/scripts/describe_api.py, then in web/ "
        "npm run api and npm run typecheck"
    )


def test_the_web_offers_the_countries_whose_holidays_are_known() -> None:
    text = (WEB / "src" / "features" / "system" / "countries.ts").read_text()
    assert tuple(re.findall(r"'([A-Z]{2})'", text)) == COUNTRIES


def test_what_the_server_names_has_hebrew_words() -> None:
    texts = [path.read_text() for path in (WEB / "src" / "i18n").glob("he*.ts")]
    known = {word for text in texts for word in re.findall(r"^  '([^']+)': ", text, re.MULTILINE)}
    jobs = {f"job.{handler.type.name}" for handler in JOBS}
    changes = {f"audit.type.{name}" for name in EVENTS if name not in NOT_CHANGES}
    assert jobs | changes <= known
