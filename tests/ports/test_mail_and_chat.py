"""Mail and Chat on one machine: real servers of SMTP and of OpenAI's protocol, and none."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from omnix.adapters.local import chat as chats
from omnix.adapters.local import mail as mails
from omnix.adapters.local.chat import NoChat, OpenAiChat
from omnix.adapters.local.clock import SystemClock
from omnix.adapters.local.mail import FileMail, SmtpMail
from omnix.kit.errors import Invalid, Unavailable
from omnix.ports import Chat, Mail, reply
from ports.chat_contract import ChatContract, NoChatContract, asking
from ports.emulators import free_port
from ports.mail_contract import LETTER, Arrived, MailContract, parsed
from ports.model_server import ModelServer

pytestmark = pytest.mark.anyio
CLOCK = SystemClock()


class Inbox:
    """Takes mail, and refuses that of some recipients."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.refuse: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.mails.append(envelope)
        return "250 OK"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


def _serving(inbox: Inbox, **options: Any) -> Controller:
    """A mail server on a free port of the loopback."""
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    return controller


def _address(controller: Controller) -> str:
    return f"127.0.0.1:{controller.port}"


@pytest.fixture
def server(inbox: Inbox) -> Iterator[str]:
    controller = _serving(inbox)
    yield _address(controller)
    controller.stop()


class TestSmtpMail(MailContract):
    @pytest.fixture
    def mail(self, server: str) -> Mail:
        return SmtpMail(f"smtp://{server}", "shop@example.com", CLOCK)

    @pytest.fixture
    def arrived(self, inbox: Inbox) -> Arrived:
        async def read() -> list[EmailMessage]:
            return [parsed(bytes(one.content or b"")) for one in inbox.mails]

        return read

    async def test_refusals_for_good_and_for_now(self, mail: Mail, inbox: Inbox) -> None:
        inbox.refuse = {LETTER.to: "550 no such user"}
        with pytest.raises(Invalid, match="no such user"):
            await mail.send(LETTER)
        inbox.refuse = {LETTER.to: "451 come back later"}
        with pytest.raises(Unavailable):
            await mail.send(LETTER)
        inbox.refuse = {}
        name = await mail.send(LETTER)
        (got,) = inbox.mails
        assert parsed(bytes(got.content or b""))["Message-ID"] == name
        assert (got.mail_from, got.rcpt_tos) == ("shop@example.com", [LETTER.to])


class TestFileMail(MailContract):
    @pytest.fixture
    def mail(self, tmp_path: Path) -> Mail:
        return mails.configured(tmp_path / "mail", {}, CLOCK)

    @pytest.fixture
    def arrived(self, tmp_path: Path) -> Arrived:
        async def read() -> list[EmailMessage]:
            return [parsed(file.read_bytes()) for file in sorted(tmp_path.rglob("*.*"))]

        return read

    async def test_only_the_owner_reads_them(self, mail: Mail, tmp_path: Path) -> None:
        name = await mail.send(LETTER)
        (file,) = tmp_path.rglob("*.eml")
        assert file.stem == name
        assert file.stat().st_mode & 0o77 == file.parent.stat().st_mode & 0o77 == 0


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate of the loopback that nobody vouches for, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(secret)
    return folder


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_a_password_goes_by_tls_to_whom_the_certificate_names(
    inbox: Inbox, certificate: Path, scheme: str
) -> None:
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    seen: list[bytes] = []

    def check(_server: Any, _session: Any, _envelope: Any, _how: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        seen.append(given.password)
        return AuthResult(success=given.password == b"p@:/", handled=False)

    options: dict[str, Any] = {"authenticator": check}
    if scheme == "smtps":
        options |= {"ssl_context": theirs, "auth_require_tls": False}
    else:
        options |= {"tls_context": theirs, "auth_required": True}
    controller = _serving(inbox, **options)
    ours = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    try:
        url = f"{scheme}://me:p%40%3A%2F@{_address(controller)}"
        await SmtpMail(url, "shop@example.com", CLOCK, context=ours).send(LETTER)
        assert len(inbox.mails) == len(seen) == 1
        with pytest.raises(Unavailable, match="certificate"):
            await SmtpMail(url, "shop@example.com", CLOCK).send(LETTER)
        wrong = url.replace("%3A", "")
        with pytest.raises(Unavailable):
            await SmtpMail(wrong, "shop@example.com", CLOCK, context=ours).send(LETTER)
        assert len(inbox.mails) == 1
    finally:
        controller.stop()


async def test_a_server_that_is_away_is_unavailable(server: str) -> None:
    with pytest.raises(Unavailable):
        await SmtpMail("smtp://127.0.0.1:1", "shop@example.com", CLOCK).send(LETTER)
    with pytest.raises(Unavailable):
        await SmtpMail(f"smtps://{server}", "shop@example.com", CLOCK).send(LETTER)


def test_settings_that_make_no_sense_are_told(tmp_path: Path) -> None:
    for settings in (
        {"OMNIX_SMTP_URL": "smtp://mail.example.com"},
        {"OMNIX_SMTP_URL": "http://mail.example.com", "OMNIX_MAIL_FROM": "a@b.example"},
        {"OMNIX_SMTP_URL": "smtp://mail.example.com:x", "OMNIX_MAIL_FROM": "a@b.example"},
        {"OMNIX_SMTP_URL": "smtp://mail.example.com", "OMNIX_MAIL_FROM": "nobody"},
        {"OMNIX_SMTP_URL": "smtp://me:%C3%B6@mail.example.com", "OMNIX_MAIL_FROM": "a@b.example"},
    ):
        with pytest.raises(Invalid):
            mails.configured(tmp_path, settings, CLOCK)
    for settings in (
        {"OMNIX_CHAT_URL": "http://127.0.0.1:1/v1"},
        {"OMNIX_CHAT_URL": "ftp://models.example/v1", "OMNIX_CHAT_MODEL": "m"},
        {
            "OMNIX_CHAT_URL": "http://models.example/v1",
            "OMNIX_CHAT_MODEL": "m",
            "OMNIX_CHAT_KEY": "k",
        },
    ):
        with pytest.raises(Invalid):
            chats.configured(settings)
    assert isinstance(mails.configured(tmp_path, {}, CLOCK), FileMail)
    assert isinstance(chats.configured({}), NoChat)


class TestOpenAiChat(ChatContract):
    @pytest.fixture
    async def chat(self, models: ModelServer) -> AsyncIterator[Chat]:
        settings = {
            "OMNIX_CHAT_URL": f"{models.address}/v1/",
            "OMNIX_CHAT_MODEL": "small",
            "OMNIX_CHAT_KEY": "secret",
        }
        yield chats.configured(settings)
        assert set(models.keys[-1:]) <= {"Bearer secret"}

    async def test_what_is_too_long_is_told(self, chat: Chat) -> None:
        with pytest.raises(Invalid, match="context is full"):
            await reply(chat, asking("too long"))
        assert (await reply(chat, asking("talk on"))).ended == "length"

    @pytest.mark.parametrize("words", ["break off", "nonsense", "redirect"])
    async def test_what_cannot_be_understood_is_unavailable(self, chat: Chat, words: str) -> None:
        with pytest.raises(Unavailable):
            await reply(chat, asking(words))

    async def test_a_busy_model_is_asked_again_but_not_for_ever(
        self, chat: Chat, models: ModelServer
    ) -> None:
        models.asked.clear()
        models.busy = 2
        assert (await reply(chat, asking("hello"))).ended == "said"
        assert len(models.asked) == 3
        models.busy = 100
        try:
            with pytest.raises(Unavailable, match="503"):
                await reply(chat, asking("hello"))
        finally:
            models.busy = 0
        assert len(models.asked) == 6

    async def test_several_talk_at_once(self, chat: Chat) -> None:
        made = await asyncio.gather(*[reply(chat, asking(f"number {n}")) for n in range(8)])
        assert [f"number {n};" in one.turn.text for n, one in enumerate(made)] == [True] * 8

    async def test_one_that_is_away_is_unavailable(self) -> None:
        with pytest.raises(Unavailable):
            await reply(OpenAiChat("http://127.0.0.1:1/v1", "m"), asking("hello"))


class TestNoChat(NoChatContract):
    @pytest.fixture
    def chat(self) -> Chat:
        return NoChat()
