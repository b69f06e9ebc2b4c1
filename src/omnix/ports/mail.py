"""E-mail to one person at a time."""

import re
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Protocol

import msgspec

from omnix.kit.errors import Invalid, TooLarge
from omnix.kit.text import email, normal
from omnix.ports.ground import Clock

MAX_MAIL = 10_000_000
"""Bytes of a mail as it is sent, attachments encoded: what most servers still take."""


# Seven bits pass every server on the way.
_POLICY = SMTP.clone(cte_type="7bit")
_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*")


class Attachment(msgspec.Struct, frozen=True):
    """A file: its name, its media type (``application/pdf``) and its bytes."""

    name: str
    type: str
    data: bytes


class Letter(msgspec.Struct, frozen=True):
    """What to say to whom. ``html`` says the same as ``text``, for readers that show it."""

    to: str
    subject: str
    text: str
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    reply_to: str | None = None


class Mail(Protocol):
    """Sends letters. It says when one was handed over, not when it was read."""

    async def send(self, letter: Letter) -> str:
        """Hand it over; returns the name that the way it went knows it by.

        If the answer is lost, it may go twice. Raises Invalid for what nobody will take
        (an address, a subject), TooLarge beyond MAX_MAIL, Unavailable if it may go later.
        """
        ...


def mailbox(field: str, text: str) -> str:
    """The address in ``text`` as it is sent. Raises Invalid for what is none.

    The domain may have letters of any script, the name before it only those of ASCII, since
    many servers still refuse others.
    """
    try:
        name, _, domain = email(text).rpartition("@")
        address = f"{name}@{domain.encode('idna').decode()}"
        address.encode("ascii")
    except ValueError as error:
        raise Invalid.field(field, "is no address of e-mail") from error
    return address


def composed(letter: Letter, sender: str, clock: Clock) -> EmailMessage:
    """The letter as the standards of the Internet want it, alike for every way that it goes.

    Raises Invalid and TooLarge as ``Mail.send``.
    """
    if letter.subject != normal(letter.subject):
        raise Invalid.field("subject", "must be one line of text")
    message = EmailMessage(policy=_POLICY)
    message["From"] = mailbox("sender", sender)
    message["To"] = mailbox("to", letter.to)
    message["Subject"] = letter.subject
    if letter.reply_to is not None:
        message["Reply-To"] = mailbox("reply_to", letter.reply_to)
    message["Date"] = format_datetime(clock.now())
    message.set_content(letter.text)
    if letter.html is not None:
        message.add_alternative(letter.html, subtype="html")
    for one in letter.attachments:
        if not _TYPE.fullmatch(one.type) or one.name != normal(one.name):
            raise Invalid.field("attachments", f"{one.name!r} of {one.type!r} cannot be sent")
        kind, _, subtype = one.type.partition("/")
        message.add_attachment(one.data, maintype=kind, subtype=subtype, filename=one.name)
    size = len(message.as_bytes())
    if size > MAX_MAIL:
        raise TooLarge(f"this mail would be {size} bytes; {MAX_MAIL} is the most")
    return message
