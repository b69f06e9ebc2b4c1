"""Whether a customer is to be treated by what is known of it, and what goes where it is not.

It counts from the next request: whoever answers asks here first. What was found before goes with
the refusal, or where the shop's setting changed, with the next analysis.
"""

from omnix.domains.system import settings
from omnix.ports import Delete, Operation, Ports

from .declare import INSIGHTS, MEMBERS
from .model import Consent, Customer

_MOST_SEGMENTS = 80
"""Of one customer, forgotten at once; what is left over names nobody any more."""


def agrees(consent: Consent, by_consent: bool) -> bool:
    """``by_consent``: who said nothing is left alone, as if it had refused."""
    if consent.refuses_personalisation:
        return False
    return consent.personalisation or not by_consent


async def personalised(ports: Ports, customer: Customer) -> bool:
    """Whether what this customer is shown may follow from what it did."""
    consent = customer.consent
    if consent.refuses_personalisation or consent.personalisation:
        return not consent.refuses_personalisation
    return agrees(consent, (await settings.shop(ports)).personalisation_by_consent)


async def forgotten(ports: Ports, customer_id: str) -> list[Operation]:
    """What takes a customer's insights away."""
    stored = await ports.records.get(INSIGHTS, customer_id)
    of = [] if stored is None else list(stored["segments"])
    return [
        Delete(INSIGHTS, customer_id),
        *(Delete(MEMBERS, (segment, customer_id)) for segment in of[:_MOST_SEGMENTS]),
    ]
