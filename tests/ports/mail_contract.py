"""What every implementation of Mail does."""

from collections.abc import Awaitable, Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from omnix.kit.errors import Invalid, TooLarge
from omnix.ports import MAX_MAIL, Attachment, Letter, Mail

pytestmark = pytest.mark.anyio

Arrived = Callable[[], Awaitable[list[EmailMessage]]]
LETTER = Letter("supplier@example.com", "Bestellung für Mai ✓", "Bitte 12 Stück.\n")


def parsed(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=default)
    assert isinstance(message, EmailMessage)
    return message


class MailContract:
    """Needs the fixtures ``mail`` and ``arrived``, which tells the mails that came, in order."""

    async def test_a_letter_arrives_as_it_was_written(self, mail: Mail, arrived: Arrived) -> None:
        assert await mail.send(LETTER)
        (got,) = await arrived()
        assert got["To"] == "supplier@example.com"
        assert got["From"].addresses[0].domain
        assert got["Subject"] == LETTER.subject
        assert got["Date"].datetime is not None
        body = got.get_body(("plain",))
        assert body is not None
        assert body.get_content().replace("\r\n", "\n") == LETTER.text

    async def test_it_has_another_form_and_files(self, mail: Mail, arrived: Arrived) -> None:
        files = (
            Attachment("Übersicht.pdf", "application/pdf", bytes(range(256))),
            Attachment("a.xlsx", "application/vnd.openxmlformats-officedocument", b"PK"),
        )
        html = "<p>Bitte <b>12</b> Stück.</p>"
        await mail.send(Letter(LETTER.to, "x", "y", html, files, reply_to="shop@bücher.example"))
        (got,) = await arrived()
        body = got.get_body(("html",))
        assert body is not None
        assert body.get_content().strip() == html
        assert got["Reply-To"] == "shop@xn--bcher-kva.example"
        attached = [
            Attachment(a.get_filename() or "", a.get_content_type(), a.get_content())
            for a in got.iter_attachments()
        ]
        assert tuple(attached) == files

    @pytest.mark.parametrize(
        "letter",
        [
            Letter("nobody", "x", "y"),
            Letter("a@b.example, c@d.example", "x", "y"),
            Letter("a@b.example\r\nBcc: c@d.example", "x", "y"),
            Letter("ü@b.example", "x", "y"),
            Letter("a@b.example", "x\r\nBcc: c@d.example", "y"),
            Letter("a@b.example", "x", "y", reply_to="nobody"),
            Letter("a@b.example", "x", "y", attachments=(Attachment("a", "pdf", b""),)),
            Letter("a@b.example", "x", "y", attachments=(Attachment("a\nb", "text/csv", b""),)),
        ],
    )
    async def test_what_nobody_takes_is_refused(
        self, mail: Mail, arrived: Arrived, letter: Letter
    ) -> None:
        with pytest.raises(Invalid):
            await mail.send(letter)
        assert await arrived() == []

    async def test_a_mail_has_a_size(self, mail: Mail, arrived: Arrived) -> None:
        huge = Attachment("a.bin", "application/octet-stream", bytes(MAX_MAIL * 3 // 4))
        with pytest.raises(TooLarge):
            await mail.send(Letter("a@b.example", "x", "y", attachments=(huge,)))
        assert await arrived() == []
