"""Mail by SES."""

from botocore.exceptions import ClientError

from omnix.adapters.aws.calls import Calls, code, refused
from omnix.kit.errors import Invalid, Unavailable
from omnix.ports import Clock, Letter, composed, mailbox

_REFUSED = frozenset({"BadRequestException", "MessageRejected"})


class AwsMail:
    """From ``sender``, an address or one of a domain that the account has verified.

    Without a sender, which a stack need not have, every send is Unavailable.
    """

    def __init__(self, calls: Calls, sender: str | None, clock: Clock) -> None:
        self._calls = calls
        self._sender = None if sender is None else mailbox("sender", sender)
        self._clock = clock

    async def send(self, letter: Letter) -> str:
        if self._sender is None:
            raise Unavailable("no sender of mail is configured")
        message = composed(letter, self._sender, self._clock)
        try:
            answer = await self._calls.call(
                "sesv2",
                "send_email",
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [mailbox("to", letter.to)]},
                Content={"Raw": {"Data": message.as_bytes()}},
            )
        except ClientError as error:
            if code(error) in _REFUSED:
                raise Invalid(f"SES refuses this mail: {error}") from error
            raise refused(error, "mail cannot be sent") from error
        name: str = answer["MessageId"]
        return name
