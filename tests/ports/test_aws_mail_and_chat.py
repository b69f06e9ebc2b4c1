"""Mail by SES and Chat by Bedrock keep the contracts, as far as the emulator has them."""

from collections.abc import AsyncIterator
from email.message import EmailMessage

import httpx
import pytest

pytest.importorskip("botocore")

from omnix.adapters.aws.blobs import AwsBlobs
from omnix.adapters.aws.calls import Calls
from omnix.adapters.aws.chat import AwsChat
from omnix.adapters.aws.clock import AwsClock
from omnix.adapters.aws.mail import AwsMail
from omnix.kit.errors import Invalid, Unavailable
from omnix.ports import Chat, Mail, Ports, reply
from ports import emulators
from ports.aws_stack import SENDER, opened
from ports.chat_contract import ChatContract, NoChatContract, asking
from ports.mail_contract import LETTER, Arrived, MailContract, parsed

pytestmark = [pytest.mark.anyio, emulators.GROUP]


@pytest.fixture
async def ports(ministack: str) -> AsyncIterator[Ports]:
    async with opened(ministack, None, ()) as ports:
        yield ports


class TestMail(MailContract):
    """The emulator tells what came; files it does not keep, so those are read as they leave."""

    @pytest.fixture
    async def mail(self, ports: Ports) -> Mail:
        assert isinstance(ports.mail, AwsMail)
        return ports.mail

    @pytest.fixture
    async def arrived(self, ports: Ports, ministack: str) -> Arrived:
        assert isinstance(ports.blobs, AwsBlobs)
        calls = ports.blobs.calls
        sent: list[bytes] = []
        calls.client("sesv2").meta.events.register(
            "before-parameter-build.sesv2.SendEmail",
            lambda params, **_: sent.append(params["Content"]["Raw"]["Data"]),
        )
        account = calls.settings["aws_access_key_id"]

        async def read() -> list[EmailMessage]:
            url = f"{ministack}/_ministack/ses/messages?account={account}"
            async with httpx.AsyncClient() as client:
                told = (await client.get(url)).json()
            came = told["messages"].get(account, [])
            mails = [parsed(one) for one in sent]
            for one, mail in zip(came, mails, strict=True):
                assert (one["To"], one["Subject"]) == ([mail["To"]], mail["Subject"])
                assert one["Source"] == SENDER
                body = mail.get_body(("plain",))
                assert body is not None
                assert one["BodyText"] == body.get_content()
            return mails

        return read

    async def test_an_address_that_ses_does_not_know_is_refused(self, ports: Ports) -> None:
        assert isinstance(ports.blobs, AwsBlobs)
        with pytest.raises(Invalid, match="not verified"):
            await AwsMail(ports.blobs.calls, "stranger@example.org", AwsClock()).send(LETTER)
        with pytest.raises(Unavailable, match="sender"):
            await AwsMail(ports.blobs.calls, None, AwsClock()).send(LETTER)


class TestChat(ChatContract):
    """Bedrock of the emulator hands on to the server that stands for the model."""

    @pytest.fixture
    async def chat(self, ports: Ports) -> Chat:
        return ports.chat

    async def test_a_model_that_bedrock_refuses(self, ports: Ports) -> None:
        assert isinstance(ports.blobs, AwsBlobs)
        wrong = AwsChat(ports.blobs.calls, "arn:aws:bedrock:eu-west-9::foundation-model/x")
        with pytest.raises(Invalid, match="refuses"):
            await reply(wrong, asking("hello"))


class TestNoChat(NoChatContract):
    @pytest.fixture
    def chat(self) -> Chat:
        return AwsChat(Calls(), None)
