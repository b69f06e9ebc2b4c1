"""What it costs to run all this: the language model's tokens, and the bill."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from omnix.domains.alerts.model import Action, Face, Observation, Value
from omnix.domains.system import bill as bills
from omnix.kit.money import to_text
from omnix.ports import Ports

_MICRO_TO_A_CENT = 10_000


def spent(told: Mapping[str, Any], currency: str) -> Observation:
    """A day's use of the language model, as the analyst told that much of it is gone."""
    day, tokens, limit = str(told["day"]), int(told["tokens"]), int(told["limit"])
    share = 1.0 if told["used_up"] else tokens / limit
    attributes: dict[str, Value] = {
        "what": "model",
        "share": round(share, 4),
        "tokens": float(tokens),
        "limit": float(limit),
    }
    cents = -(-int(told["most_microusd"]) // _MICRO_TO_A_CENT)
    loss, basis, price = 0, "It cannot be put in money: no price is set for tokens.", ""
    if cents:
        attributes["usd"] = cents / 100
        price = f", which cost at most {to_text(cents, 'USD')} USD"
        basis = "Tokens used, at the dearer of the two prices."
        if currency == "USD":
            loss = cents
        else:
            basis += f" Not in {currency}, since no rate is known."
    after = (
        "So few are left that questions are answered by the narrator alone."
        if told["used_up"]
        else "When none are left, questions are answered by the narrator alone."
    )
    face = Face(
        loss_minor=loss, basis=basis,
        text=f"{tokens:,} of {limit:,} tokens of {day} are used{price}. {after}",
        action=Action(
            kind="look",
            text="See who asks what (/v1/ai/calls), and set the limits (/v1/ai/limits).",
        ),
    )  # fmt: skip
    return Observation(
        kind="cost", subject=f"cost:model-{day}", name=f"Language model, {day}",
        attributes=attributes, faces={"cost": face}, source="/v1/ai/usage",
    )  # fmt: skip


async def bill(ports: Ports, today: date) -> list[Observation]:
    """This month's bill on AWS as estimated from the last orders; nothing elsewhere.

    Without its figures, which are told to administrators only.
    """
    found = await bills.bill(ports)
    if found is None:
        return []
    share = found.month_micro / (found.limit * 1_000_000)
    face = Face(
        loss_minor=0, basis="The figures are told to administrators.",
        text=f"What the orders of the last {bills.DAYS} days come to on AWS in a month is "
        f"{share:.0%} of what is meant to be the most.",
        action=Action(kind="look", text="See which service it goes to.", page="/system/cost/"),
    )  # fmt: skip
    return [Observation(
        kind="cost", subject=f"cost:bill-{today:%Y-%m}", name=f"Bill, {today:%Y-%m}",
        attributes={"what": "bill", "share": round(share, 4)},
        faces={"cost": face}, source="/v1/system/cost",
    )]  # fmt: skip
