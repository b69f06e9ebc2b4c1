"""What is looked for among customers."""

from collections import defaultdict

from omnix.domains.system.quality import Notes, QualityCheck, Survey, page_of
from omnix.ports import Ports

from .declare import CUSTOMERS

SAME_EMAIL = QualityCheck(
    "customers.same-email",
    "Customers with the same e-mail address",
    "warning",
    "Merge them: what one person buys is split over several, and so is what is learnt of it.",
)
SAME_PHONE = QualityCheck(
    "customers.same-phone",
    "Customers with the same telephone number",
    "info",
    "Look whether they are one person, and merge them if so; a household may share a number.",
)
UNREACHABLE = QualityCheck(
    "customers.unreachable",
    "Customers without e-mail address and telephone number",
    "info",
    "Ask for an address at the next purchase: they can neither be written to nor sign in.",
)
LEAST_DIGITS = 7


async def look(ports: Ports, notes: Notes) -> None:
    """At every active customer. Examples name ids, not people: they are kept where erasing a
    customer does not reach.
    """
    by_email: dict[str, list[str]] = defaultdict(list)
    by_phone: dict[str, list[str]] = defaultdict(list)
    async for chunk in ports.records.scan(CUSTOMERS):
        for customer in chunk:
            if customer["status"] != "active":
                continue
            id = customer["id"]
            email = (customer.get("email") or "").casefold()
            phone = digits(customer.get("phone"))
            if email:
                by_email[email].append(id)
            if len(phone) >= LEAST_DIGITS:
                by_phone[phone].append(id)
            if not email and not phone:
                notes.add(UNREACHABLE, id, id, page_of("customer", id))
    for check, groups in ((SAME_EMAIL, by_email), (SAME_PHONE, by_phone)):
        for ids in groups.values():
            if len(ids) > 1:
                told = f"{len(ids)} customers: {', '.join(ids[:5])}"
                notes.add(check, ids[0], told, page_of("customer", ids[0]))


def digits(phone: str | None) -> str:
    """What of a telephone number is compared."""
    return "".join(c for c in phone or "" if c.isdigit())


SURVEY = Survey((SAME_EMAIL, SAME_PHONE, UNREACHABLE), look)
