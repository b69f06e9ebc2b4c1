"""What is said of each cause, in plain English."""

from collections.abc import Sequence

from omnix.engine.changes import Cause

from .model import Cause as Told

TITLES = {
    "stock": "Stock-outs",
    "promotion": "Promotions",
    "price": "Price changes",
    "cost": "Purchase costs",
    "segment": "A group of customers",
    "product": "A single product",
    "opening": "Days open",
    "traffic": "Number of orders",
    "conversion": "Conversion of visits",
    "basket": "Units in an order",
    "mix": "Mix of products",
    "returned": "Returns and cancellations",
    "charged": "Charges and other sales",
}
_KNOWN = {"anonymous": "customers not known by name", "new": "customers who were not known before"}
_TIERS = {
    "spend": {"top": "the 5 % of customers who spend most", "upper": "the next 20 % by spend",
              "rest": "the three quarters who spend least"},
    "basket": {"top": "the 5 % of customers with the largest orders",
               "upper": "the next 20 % by size of order",
               "rest": "the three quarters with the smallest orders"},
    "known": {"known": "customers known by name"},
}  # fmt: skip


def group(grouping: str, label: str, places: dict[str, str]) -> str:
    """The group in words."""
    if label in _KNOWN and grouping not in ("place", "channel"):
        return _KNOWN[label]
    if grouping in _TIERS:
        return _TIERS[grouping].get(label, label)
    if grouping == "leans":
        return f"customers who buy more {label or 'without a category'} than others do"
    if grouping in ("home", "place"):
        name = places.get(label, label) or "no named place"
        return f"customers at home at {name}" if grouping == "home" else f"orders at {name}"
    told = {"store": "in the store", "web": "on the web"}.get(label, f"by {label or 'no channel'}")
    return f"customers who mostly buy {told}" if grouping == "way" else f"orders {told}"


def text(cause: Cause, names: Sequence[str], who: str | None, metric: str, up: bool) -> str:
    """One sentence on a cause; ``names`` are its products, the most telling first."""
    count = len(cause.items)
    of = f"{names[0]}{f' and {count - 1} more' if count > 1 else ''}" if names else "products"
    more = "more" if up else "less"
    match cause.kind:
        case "stock":
            state = "back on the shelf" if up else "out of stock"
            return f"{of}: {state} for more of the time than before."
        case "promotion":
            return f"Promotions that began, ended or changed: {of}."
        case "price":
            both = "the prices themselves and what customers made of them"
            return f"Shelf prices moved ({of}); counted are {both}."
        case "cost":
            return f"A unit's purchase cost changed: {of}."
        case "segment":
            return f"{(who or '').capitalize()} bought {more} than before, beyond the others."
        case "product":
            return f"{of} sold {more} than its own past and the rest of the shop explain."
        case "opening":
            return f"The shop was open on {'more' if up else 'fewer'} of its usual days."
        case "traffic":
            return f"{'More' if up else 'Fewer'} orders came in, across the shop."
        case "conversion":
            return f"{'More' if up else 'Fewer'} of the web shop's visits ended in an order."
        case "basket":
            return f"An order held {'more' if up else 'fewer'} units."
        case "mix":
            return f"What was bought leaned to {'dearer' if up else 'cheaper'} products."
        case "returned":
            return f"{'Less' if up else 'More'} came back or was cancelled."
        case _:
            return "Postage, fees and sales that name no product."


def headline(metric: str, before: int, now: int, causes: Sequence[Told], known: bool) -> str:
    """The answer in one or two sentences; figures stand beside it, rounded to a whole percent."""
    name = {"revenue": "Revenue", "units": "Units sold", "margin": "Gross margin"}[metric]
    if before == now:
        moved = f"{name} did not change."
    elif before <= 0:
        moved = f"{name} {'rose' if now > before else 'fell'} from nothing to compare with."
    else:
        share = round(100 * abs(now - before) / before)
        by = f"by {share} %" if share else "by less than 1 %"
        moved = f"{name} {'rose' if now > before else 'fell'} {by}."
    unusual = [cause for cause in causes if cause.unusual]
    if not unusual:
        rest = "Nothing out of the ordinary." if known else "The history is too short to say why."
        for cause in causes:
            if cause.kind == "opening" and abs(cause.effect) > 2 * (cause.usual or 0):
                rest = f"Nothing out of the ordinary but the calendar. {cause.text}"
        return f"{moved} {rest}"
    first = unusual[0]
    return f"{moved} Most telling: {first.title}. {first.text}"
