"""What users see of the foundation model."""

import msgspec

ALGORITHM = "foundation"


class FoundationState(msgspec.Struct, frozen=True, kw_only=True):
    """Whether there is one, and where it answers: ``groups`` such as ``category:Tea`` or ``all``,
    by ``version`` of the model ``forecast``. ``problem`` says why it cannot be used.
    """

    configured: bool
    name: str | None = None
    problem: str | None = None
    version: int | None = None
    groups: list[str] = []
