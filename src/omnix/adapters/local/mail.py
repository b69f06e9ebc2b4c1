"""Mail by a server that speaks SMTP, or into files where none is configured."""

import asyncio
import logging
import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from urllib.parse import unquote, urlsplit

from omnix.kit.errors import Invalid, OmnixError, Unavailable
from omnix.kit.ids import new_id
from omnix.ports import Clock, Letter, Mail, composed, mailbox

_log = logging.getLogger("omnix.mail")
SECONDS = 20.0
FILES_SENDER = "shop@localhost.localdomain"
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {"smtp": 587, "smtps": 465}


class SmtpMail:
    """The server at ``url``: ``smtp://name:password@host:port``, or ``smtps://`` for TLS from
    the first byte. With ``smtp``, TLS begins where the server offers it, and a password is
    never sent without. Raises Invalid for a URL that is none of these.
    """

    def __init__(
        self, url: str, sender: str, clock: Clock, *, context: ssl.SSLContext | None = None
    ) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise Invalid(f"the mail server's address is none: {error}") from error
        if parts.scheme not in _PORTS or not parts.hostname:
            raise Invalid("the mail server's address must begin with smtp:// or smtps://")
        self._host = parts.hostname
        self._port = port or _PORTS[parts.scheme]
        self._tls = parts.scheme == "smtps"
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        if not (self._user + self._password).isascii():
            raise Invalid("the mail server's name and password may have letters of ASCII only")
        self._sender = mailbox("sender", sender)
        self._clock = clock
        self._context = context or ssl.create_default_context()

    async def send(self, letter: Letter) -> str:
        message = composed(letter, self._sender, self._clock)
        name = make_msgid(domain=self._sender.rpartition("@")[2])
        message["Message-ID"] = name
        await asyncio.to_thread(self._deliver, message)
        return name

    def _deliver(self, message: EmailMessage) -> None:
        try:
            with self._connected() as server:
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise _ours(error, f"{self._host}:{self._port}") from error

    def _connected(self) -> smtplib.SMTP:
        if self._tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=SECONDS, context=self._context
            )
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=SECONDS)
        try:
            server.ehlo()
            if not self._tls and server.has_extn("starttls"):
                server.starttls(context=self._context)
                server.ehlo()
            elif not self._tls and self._user and self._host not in _HERE:
                raise Unavailable(f"the mail server {self._host} offers no TLS for the password")
            if self._user:
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server


def _ours(error: Exception, server: str) -> OmnixError:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        ((_, (number, why)),) = error.recipients.items()
        if number >= 500:
            return Invalid.field("to", f"is refused: {_text(why)}")
        return Unavailable(f"the mail server {server} takes no mail for this address now")
    permanent = isinstance(error, (smtplib.SMTPDataError, smtplib.SMTPSenderRefused))
    if permanent and isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500:
        return Invalid(f"the mail server refuses this mail: {_text(error.smtp_error)}")
    return Unavailable(f"the mail server {server} cannot be used: {error}")


def _text(answer: bytes | str) -> str:
    return answer if isinstance(answer, str) else answer.decode(errors="replace")


class FileMail:
    """Every mail a file of ``folder`` that mail programs open (``.eml``), for a shop that has
    no mail server yet.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    async def send(self, letter: Letter) -> str:
        message = composed(letter, FILES_SENDER, self._clock)
        name = new_id("mail")
        path = self._folder / f"{name}.eml"
        try:
            await asyncio.to_thread(self._write, path, message.as_bytes())
        except OSError as error:
            raise Unavailable(f"the folder {self._folder} cannot be used") from error
        _log.info("no mail server is configured: the mail lies in %s", path)
        return name

    def _write(self, path: Path, data: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_bytes(data)
        part.replace(path)


def configured(folder: Path, environment: Mapping[str, str], clock: Clock) -> Mail:
    """By ``OMNIX_SMTP_URL`` and ``OMNIX_MAIL_FROM``; into ``folder`` where the first is not set.

    Raises Invalid for settings that make no sense.
    """
    url = environment.get("OMNIX_SMTP_URL")
    if not url:
        return FileMail(folder, clock)
    sender = environment.get("OMNIX_MAIL_FROM")
    if not sender:
        raise Invalid("set OMNIX_MAIL_FROM to the address that mail comes from")
    return SmtpMail(url, sender, clock)
