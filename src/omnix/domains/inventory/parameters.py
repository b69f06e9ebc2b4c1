"""What several routes of stock and purchasing take."""

from typing import Annotated

from litestar.params import HeaderParameter, Parameter

RetryKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="Chosen by the caller: a retry under it does nothing twice.",
    ),
]
Place = Annotated[str | None, Parameter(max_length=64)]
