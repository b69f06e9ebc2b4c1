"""What is asked often and cannot be told here: said plainly, with where it stands instead."""

import re

from omnix.kit.text import words

from . import asked

_WORDS = re.compile(r"[^\W\d_]+")
_CANNOT = (
    (r"^(?:please |can you |could you )?(?:delete|remove|cancel|create|place|send|change|update|"
     r"refund|order \d+)\b",
     "I only look things up: I change nothing, order nothing and send nothing."),
    (r"\b(?:hours?|hourly|time of (?:the )?day|minutes?|(?:this|yesterday|in the) (?:morning|"
     r"afternoon|evening)|tonight)\b",
     "I count whole days, not hours."),
    (r"\b(?:unpaid|unshipped|unfulfilled|not (?:paid|shipped|sent))\b|"
     r"^(?!.*purchase).*(?:\b(?:open|pending|late|overdue|cancelled|biggest|largest) orders?\b|"
     r"\borders? (?:over|above|below|are (?:late|open|pending))\b)",
     "I know how many orders came in and what they are worth, not the state of single ones. The "
     "page of orders lists them by state."),
    (r"^(?!.*\bwhy\b).*\b(?:visitors?|visits?|traffic|conversion|page ?views?)\b",
     "I do not know how many people looked and did not buy. The page of live events shows visits."),
    (r"\b(?:tax(?:es)?|vat|shipping costs?|postage)\b|discounts? (?:given|granted)",
     "I do not tell taxes, shipping or discounts apart from revenue."),
    (r"\b(?:by|per|each|every) (?:product )?(?:categor\w+|brands?|cit(?:y|ies)|countr\w+|regions?|"
     r"suppliers?|staff|employees?|age|gender|customers?)\b|"
     r"\b(?:which|what|best|top|worst) (?:categor\w+|brands?|cit(?:y|ies)|countr\w+|regions?)\b",
     "I cannot take figures apart that way. I can rank products, and compare channels, locations "
     "and weekdays; of a category by its name I can tell what it sold, such as: sales of coffee "
     "last week."),
    (r"\bhow many suppliers\b|\b(?:which|what|best|worst) suppliers?\b",
     "I know suppliers by their purchase orders and by what to order from them. The page of "
     "suppliers shows how each delivers."),
    (r"\bpasswords?\b|\b(?:e-?mail|mail|phone|telephone)(?: ?(?:address(?:es)?|numbers?))?s?\b|"
     r"\baddress(?:es)?\b",
     "I tell no addresses, telephone numbers or passwords."),
    (r"\b(?:bought|buy|go|sold) together\b",
     "What is bought together stands on the page of each product."),
    (r"^(?!.*\bwhy\b).*\b(?:promotions?|campaigns?|coupons?|vouchers?)\b",
     "I cannot look up promotions. The page of forecasts lists them."),
    (r"\bcohorts?\b|\bretention\b|\bclv\b|\blifetime value\b|\bltv\b",
     "I can tell the expected spend of one customer by name, not of all of them. The pages of "
     "customers and of the dashboard show lifetime value and who comes back."),
    (r"\bexpir\w*|\bbest before\b|shelf life",
     "I cannot look up what expires. The page of the stock shows it."),
    (r"\bweather\b", "I know nothing of the weather."),
    (r"^(?:thanks?|thank you|thx|ok(?:ay)?|bye)\b", "You are welcome."),
    (r"^(?:help|what can (?:you|i) (?:do|ask|say)|how do you work)\b",
     "Ask about sales, products, stock, what to order, forecasts, customers, alerts and "
     "experiments, with the days that you mean."),
)  # fmt: skip
_FOREIGN = frozenset(
    words(
        "wie war der die das und ist wir letzte woche gestern welche que qué cuánto cuál quel "
        "quelle combien est le la les el los il per quanto ieri hoeveel hebben gisteren wat hur "
        "mycket ile jak",
        limit=60,
    )
)
_COMPILED = [(re.compile(pattern), told) for pattern, told in _CANNOT]


def plainly(text: str) -> str | None:
    """Why a question (tidy) cannot be answered, where it is one of a kind that is known."""
    return next((told for pattern, told in _COMPILED if pattern.search(text)), None)


def foreign(text: str) -> bool:
    """Whether it is in another language than English."""
    typed = _WORDS.findall(text)
    return not any(asked.common(word) and word not in _FOREIGN for word in typed) and any(
        word in _FOREIGN or not word.isascii() for word in typed
    )
