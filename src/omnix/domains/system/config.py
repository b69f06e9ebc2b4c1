"""How the platform is configured here and now: each value, and where it came from."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

import msgspec

from omnix.ports import Ports

from . import settings
from .settings import Shop

Source = Literal["environment", "secret", "setting", "default", "unset"]
MASK = "********"


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """A variable of the environment that something here reads. ``secret`` ones are never shown.

    ``stored`` names what is looked for among the service's secrets where it is not set.
    """

    name: str
    title: str
    secret: bool = False
    stored: str | None = None


def _oidc(name: str, title: str, secret: bool = False) -> Option:
    return Option(name=f"OMNIX_OIDC_{name}", title=title, secret=secret, stored="auth-oidc")


OPTIONS = (
    Option(name="OMNIX_DATA", title="The data folder"),
    Option(name="OMNIX_SMTP_URL", title="The mail server; mail lies in the data folder without"),
    Option(name="OMNIX_MAIL_FROM", title="Whom mail comes from"),
    Option(name="OMNIX_WEB_ADDRESS", title="Where links in mails lead, if no setting says so"),
    Option(name="OMNIX_CHAT_URL", title="A language model's address; none is asked without"),
    Option(name="OMNIX_CHAT_MODEL", title="The language model's name"),
    Option(name="OMNIX_CHAT_KEY", title="The key for the language model", secret=True),
    Option(name="OMNIX_FOUNDATION", title="The folder of a foundation model; none without"),
    Option(name="OMNIX_FOUNDATION_CONTEXT", title="Days of each product that it is shown"),
    Option(name="OMNIX_REQUESTS_PER_MINUTE", title="Of a visitor or customer; 0 is no limit"),
    Option(name="OMNIX_SIGN_IN_ATTEMPTS", title="From one address in a quarter of an hour"),
    Option(name="OMNIX_API_KEY", title="With what assistants on this machine ask", secret=True),
    Option(name="OMNIX_WEBHOOK_NETWORKS", title="Own networks that webhooks may reach"),
    _oidc("ISSUER", "Who else may vouch for users (OpenID Connect)"),
    _oidc("CLIENT_ID", "What the provider knows this shop as"),
    _oidc("CLIENT_SECRET", "What proves it to the provider", secret=True),
    _oidc("REDIRECT_URI", "Where the provider sends browsers back to"),
    _oidc("NEW_USERS", "Whether whom the provider vouches for becomes a customer"),
)
"""Those of a machine of one's own; a runtime may have others."""


class ConfigEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One value in force. Of a secret ``value`` is a mask where it is set, else null."""

    name: str
    title: str
    value: str | int | float | None
    source: Source
    secret: bool = False


class SystemConfig(msgspec.Struct, frozen=True, kw_only=True):
    """``shop`` are the settings that the web and ``PATCH /v1/system/settings`` change;
    ``environment`` is what the process was started with.
    """

    runs_on: str
    shop_version: int
    shop: list[ConfigEntry]
    environment: list[ConfigEntry]


async def effective(
    ports: Ports,
    runs_on: str,
    options: Sequence[Option] = OPTIONS,
    environment: Mapping[str, str] = os.environ,
) -> SystemConfig:
    """What is in force, secrets masked."""
    shop = await settings.shop(ports)
    stored = {
        name: await ports.secrets.get(name) is not None
        for name in sorted({each.stored for each in options if each.stored})
    }
    return SystemConfig(
        runs_on=runs_on,
        shop_version=shop.version,
        shop=_settings(shop),
        environment=[_entry(each, environment, stored) for each in options],
    )


def _settings(shop: Shop) -> list[ConfigEntry]:
    usual = Shop()
    return [
        ConfigEntry(
            name=name,
            title=name.replace("_", " ").capitalize(),
            value=_shown(value := getattr(shop, name)),
            source="default" if value == getattr(usual, name) else "setting",
        )
        for name in Shop.__struct_fields__
        if name != "version"
    ]


def _shown(value: Any) -> str | int | float | None:
    """A list, or yes and no, as JSON has them."""
    if value is None or type(value) in (str, int, float):
        return value  # type: ignore[no-any-return]
    return msgspec.json.encode(value).decode()


def _entry(
    option: Option, environment: Mapping[str, str], stored: Mapping[str, bool]
) -> ConfigEntry:
    given = environment.get(option.name)
    value: str | None = None
    source: Source = "unset"
    if given:
        value, source = MASK if option.secret else without_password(given), "environment"
    elif option.stored and stored[option.stored]:
        value, source = MASK, "secret"
    return ConfigEntry(
        name=option.name, title=option.title, value=value, source=source, secret=option.secret
    )


def without_password(value: str) -> str:
    """A value as it may be shown: of a URL neither the password nor the query, which may hold a
    key. What looks like a URL and cannot be read is masked whole.
    """
    if "://" not in value:
        return value
    try:
        parts = urlsplit(value)
        user, at, host = parts.netloc.rpartition("@")
    except ValueError:
        return MASK
    name, _, password = user.partition(":")
    shown = f"{name}:{MASK}" if password else name
    query = MASK if parts.query else ""
    return urlunsplit((parts.scheme, f"{shown}{at}{host}", parts.path, query, ""))
