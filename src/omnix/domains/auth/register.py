"""Accounts that people make themselves, and passwords that they choose anew by mail.

Nothing here tells whether an address has an account: the answer is the same, and so is the work
before it. What differs happens in the job that mails, and in the mail, which only the holder of
the address reads.
"""

from omnix.kit import text
from omnix.kit.declare import CUSTOMER
from omnix.kit.errors import ConditionFailed, Conflict, Invalid
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.time import instant
from omnix.platform import jobs, unique
from omnix.ports import Absent, Check, Delete, Equals, Ports, Put

from . import audit, limits, mailed, passwords, users
from .authenticate import Access
from .declare import ATTEMPTS, REGISTRATIONS, RESET_MAIL, VERIFY_MAIL
from .model import User

CUSTOMER_EMAIL = "customer.email"
"""The scope under which the customers' domain keeps its addresses unique."""


def _email(given: str) -> str:
    try:
        return text.email(given)
    except ValueError as error:
        raise Invalid.field("email", str(error)) from error


async def forgot(ports: Ports, access: Access, address: str, email: str) -> None:
    """Mail a token to the address if it is an active user's. Raises TooMany for the network's."""
    await limits.take(ports, address, access.address_attempts)
    wanted = _email(email)
    user = await users.by_email(ports, wanted)
    if await mailed.may_mail(ports, wanted):
        payload = {"user": user.id if user is not None else mailed.NOBODY}
        await jobs.submit(ports, RESET_MAIL, payload)


async def reset(ports: Ports, access: Access, address: str, token: str, new: str) -> None:
    """Set the password that a mailed token allows; ends every session and pause.

    Raises Invalid for the token or a password that is too easy, TooMany.
    """
    await limits.take(ports, address, access.address_attempts)
    about, used = await mailed.read(ports, mailed.RESET, token)
    user = await users.get(ports, str(about["user"]))
    if (user.generation, user.email, user.state) != (about["generation"], about["email"], "active"):
        raise mailed.wrong()
    passwords.check_new(new, user.email.split("@", 1)[0], user.email, user.name)
    try:
        await users.choose_password(ports, user, new, audit.network(address), used)
    except Conflict as error:  # used at the same moment, or the user changed
        raise mailed.wrong() from error


async def register(
    ports: Ports, access: Access, address: str, email: str, name: str, password: str
) -> None:
    """Keep what was asked for and mail a token; a user comes of it by ``confirm`` alone.

    Raises Invalid for a field, TooMany for the network's address.
    """
    await limits.take(ports, address, access.address_attempts)
    wanted, called = _email(email), users.person_name(name)
    passwords.check_new(password, wanted.split("@", 1)[0], wanted, called, field="password")
    now = int(ports.clock.now().timestamp())
    asked = {
        "id": new_id("reg"),
        "email": wanted,
        "name": called,
        "password_hash": await passwords.hash_of(password),
        "expires": now + mailed.VERIFY_SECONDS,
    }
    if await mailed.may_mail(ports, wanted):
        await ports.records.write([Put(REGISTRATIONS, asked, when=(Absent(),))])
        await jobs.submit(ports, VERIFY_MAIL, {"registration": asked["id"]})


async def confirm(ports: Ports, access: Access, address: str, token: str, password: str) -> User:
    """The new user of role customer, linked to the customer who has the address, if one does.

    The password that was chosen is asked for too: otherwise somebody could register another's
    address, and its holder would confirm an account whose password the other knows. Raises
    Invalid for the token or the password, TooMany.
    """
    await limits.take(ports, address, access.address_attempts)
    about, used = await mailed.read(ports, mailed.VERIFY, token)
    asked = await ports.records.get(REGISTRATIONS, str(about["registration"]))
    if asked is None:
        raise mailed.wrong()
    counted = await limits.claim_within(ports, str(asked["email"]), str(asked["id"]))
    if not await passwords.matches(str(asked["password_hash"]), password):
        raise Invalid.field("password", "is not the one that you chose")
    now = instant(ports.clock.now())
    email = str(asked["email"])
    customer = await unique.owner_of(ports.records, CUSTOMER_EMAIL, email)
    user = User(
        id=new_id("usr"),
        email=email,
        name=str(asked["name"]),
        role="customer",
        password_hash=str(asked["password_hash"]),
        customer_id=customer,
        email_verified_at=now,
        created_at=now,
        updated_at=now,
    )
    told = {
        "id": user.id, "role": user.role, "state": user.state, "by": user.id,
        "what": "registered", "network": audit.network(address),
        "customer_id": customer,
    }  # fmt: skip
    operations = [
        *users.operations_of_new(user),
        used,
        Delete(REGISTRATIONS, asked["id"]),
        Delete(ATTEMPTS, counted),
    ]
    if customer is not None:
        # The customer has this address still when the link is made.
        held = (Equals("owner", customer),)
        operations.append(Check(unique.UNIQUE, f"{CUSTOMER_EMAIL}#{email}", when=held))
    try:
        await ports.records.write(operations, [Event("user.registered", user.id, now, told)])
    except ConditionFailed as error:
        raise mailed.wrong() from error
    return user


async def linked(ports: Ports, user: User) -> User:
    """The user with its customer, where one came to have the user's verified address since."""
    if user.role != CUSTOMER or user.customer_id is not None or user.email_verified_at is None:
        return user
    customer = await unique.owner_of(ports.records, CUSTOMER_EMAIL, user.email)
    return user if customer is None else await users.link(ports, user, customer)
