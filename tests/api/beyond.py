"""Refusals of requests that the OpenAPI document allows, because it cannot say what is wrong.

Each is a field and the beginning of its reason, as regular expressions. Whatever JSON Schema can
say of one value belongs into the document and not here.
"""

BEYOND: tuple[tuple[str, str], ...] = (
    # What is named must be there, and of use.
    ("cursor", "is not one (that a list returned|of this list's)"),
    (
        r"(.*[._])?(product|location|supplier|parent|customer)_id",
        "no (other |parent )?(product|location|supplier|customer) |product .* is archived",
    ),
    ("(product|customer|experiment)_id", "does not have the form"),
    ("product_ids", "there is no product "),
    ("user_id", "is none of the shop's users"),
    (r"permissions\[\d+\]", "is not a permission that you can give"),
    (r"(when|rule)\.any\[\d+\]\.all\[\d+\]\.attribute", "is not known here; there is"),
    (r"(when|rule)\.any\[\d+\]\.all\[\d+\]\.value", "must be a (number|text)"),
    # A list without end, in which no name may come twice.
    ("variants", r"need keys of their own|have weights that sum to"),
    (r"(lines|components)\[\d+\]\.product_id", "is named twice"),
    ("links", "a tree has one link fewer than stages|a link joins two of the stages"),
    ("breaks", "must ascend and begin above 1"),
    ("cart", r"must be up to \d+ product ids"),
    # Fields that go together, or do not.
    ("customer_id", "give one of customer_id, status and number"),
    ("number", "says enough; leave the days out"),
    ("stages", "their times must sum to at most"),
    ("delta", "give either delta or count_to|must not be 0"),
    ("segment", "goes with neither search nor another order"),
    ("kind", "cannot be asked for together with a subject"),
    ("parent", "lists the variants of a parent, by itself"),
    ("supplier_id", "filter by state or by supplier"),
    ("url|to", "has no place in|is needed for|is no address of e-mail"),
    ("known_hash", "goes together with known_number"),
    ("options", r"needs \d+ values"),
    ("echelon_holding", "needs one cost for each lead time"),
    ("lead_times", "some time must pass somewhere"),
    ("price_minor", "give a price, a promotion or both"),
    ("product_id|cart", "goes with the context (product|cart)"),
    (r"(.*\.)?discount_minor", "is more than"),
    ("to_location_id", "must be another location"),
    ("other", "is the same customer"),
    ("baseline", "must be below 1 for a proportion"),
    ("relative_effect", "an effect must be finite|the deviation is too small|no number of units"),
    (r"context\.targetingKey", "is needed: it names the unit"),
    ("exchange_rate", "must be above 0|is needed, since the shop's currency"),
    ("events", "is empty"),
    ("message_id", "is missing"),
    ("options", "are a variant's"),
    ("category", "lists active products by name only"),
    ("sort", "of a customer's orders is"),
    ("sort", "alerts of one kind are sorted by money only"),
    ("product_ids", "give either product_ids or a category"),
    ("multiplier", "give either a multiplier or units_per_day"),
    ("deviation", "is needed for a mean"),
    (r"(when|rule)\.any\[\d+\]\.all\[\d+\]\.operator", "must be is for a text"),
    # Days beside other days, and beside today.
    ("from", r"must be (at most|0 to) \d+ days before to|must not be after to"),
    ("from|to", r"must not be before the year \d+"),
    ("placed_from", "must not be after placed_to"),
    ("last_day|expires", r"is over|must be at most \d+ days|must not be before"),
    ("until", "must be within the next|must be a time with an offset"),
    # The document would bind clients to four numbers where the web has any.
    ("days", "must be one of 7, 30, 90, 365"),
    # What only the server knows, or can count.
    ("(current_)?password", "is not your password"),
    ("new_password", "needs at least five different characters|must not hold your name"),
    ("file", "is empty"),
    ("token", "is not valid any more"),
    # What is read of a text after it is put into normal form.
    (".*", "must not be blank"),
    ("search", "needs a word of at least two characters"),
    ("email", "is no e-mail address|does not have the form"),
    ("url", "must be a URL|must begin with https://"),
    ("phone", "needs at least three digits"),
    (r"context\.targetingKey", "must be printable text"),
    # JSON Schema calls 1.0 an integer and knows no end of integers.
    (".*", "must be a whole number"),
    (".*", "is too large a number"),
)
OPEN = {"/v1/events": "is not known here", "/v1/ai/tools/{name}": ""}
"""Where a body may have fields of any name, so long as one of its own is among them, and where
another answer tells what it is to have."""
