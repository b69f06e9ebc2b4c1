"""What a question is about: the first pattern that fits, from the particular to the general."""

import re
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from . import acting, selling
from .context import Question

Answerer = Callable[[Question], Awaitable[str | None]]


class Topic(NamedTuple):
    """``example`` is a question that it answers, as people are shown it."""

    name: str
    pattern: re.Pattern[str]
    answer: Answerer
    example: str


def _topic(name: str, pattern: str, answer: Answerer, example: str) -> Topic:
    return Topic(name, re.compile(pattern), answer, example)


TOPICS = (
    _topic(
        "definition",
        r"what (?:does|do) .* mean|definition|define|"
        r"how is .* (?:computed|calculated|defined)",
        selling.definition,
        "How is gross margin defined?",
    ),
    _topic(
        "why",
        r"\bwhy\b.*(?:revenue|sales|turnover|units|margin|profit|sell|sold|\bup\b|down|"
        r"fall|fell|drop|ris|rose|chang|less|more|grow|bad|good)|what (?:caused|changed)",
        selling.why,
        "Why did revenue fall last week?",
    ),
    _topic(
        "tests",
        r"\b(?:experiments?|a/b|ab tests?|tests?|variants?)\b",
        acting.tests,
        "Did the test win?",
    ),
    _topic(
        "metric",
        r"sell.?through|days of cover|lost units",
        acting.metric,
        "What is the sell-through?",
    ),
    _topic(
        "accuracy",
        r"(?:how (?:good|accurate|reliable|far off)|"
        r"accura|reliab|trust).*forecast|forecast.*(?:accura|"
        r"reliab|error|good)",
        selling.accuracy,
        "How accurate are the forecasts?",
    ),
    _topic(
        "lost sales",
        r"lost (?:sales|revenue)|missed sales|(?:sales|"
        r"revenue|money) (?:did )?(?:we |i )?(?:lost|"
        r"lose|miss)|los[et] .*(?:stock|shelf|shelves)",
        selling.lost_sales,
        "What sales did we lose for want of stock?",
    ),
    _topic(
        "leaving",
        r"\bwho (?:is|are|may|might|will) .*leav|churn|"
        r"(?:customers?|clients?|buyers?|people) .*\b(?:leav|"
        r"los[et]|losing|at risk|stay(?:ing)? away|"
        r"not come back|gone|inactive)|"
        r"customers?\b.*(?:\bnot|n't)\b.*(?:ordered|bought|come|been)|"
        r"(?:inactive|lapsed|lost) customers|(?:los[et]|losing) .*customers|"
        r"at.risk",
        acting.leaving,
        "Which customers may leave?",
    ),
    _topic(
        "segments",
        r"segments?\b|groups? of customers|customer groups?|\brfm\b|lifecycle",
        acting.segments,
        "How do my customer segments do?",
    ),
    _topic(
        "attention",
        r"attention|alerts?\b|urgent|problems?\b|wrong\b|worr|warning|critical|\brisks?\b",
        acting.attention,
        "What needs attention today?",
    ),
    _topic(
        "purchases",
        r"purchase orders?|overdue|ordered from|(?:which|what) deliver|on its way|arriv",
        acting.purchases,
        "Which purchase orders are on their way?",
    ),
    _topic(
        "to order",
        r"what (?:should|do|must|shall|to|can) .*\b(?:order|"
        r"reorder|buy|restock)|\breorder|replenish|"
        r"restock|(?:should|need|have|want) .*\b(?:order|"
        r"buy)\b|(?:what|how (?:much|many)).* to order",
        acting.to_order,
        "What should I order now?",
    ),
    _topic(
        "runs out",
        r"\brun(?:s|ning)? (?:out|low|short)|low (?:on )?stock|"
        r"stock.?outs?\b|out of stock|sold out|short of|"
        r"days of cover|how long .*\blast",
        acting.runs_out,
        "What runs out soon?",
    ),
    _topic(
        "too much",
        r"what (?:should|can|could) (?:i|we) (?:promote|discount|clear|drop|discontinue|stop)|"
        r"too much|over.?stock|dead stock|slow (?:movers?|"
        r"moving|sell)|(?:not|n't|hardly|never|barely) (?:sell|"
        r"mov)|(?:sell|sold|sells|selling|performing) (?:the )?(?:worst|"
        r"least|badly|poorly)|worst (?:product|item|"
        r"sell|perform)|least popular|capital|tied up",
        acting.too_much,
        "What do I have too much of?",
    ),
    _topic(
        "reprice",
        r"repric|(?:change|raise|lower|adjust|wrong|"
        r"right) .*prices?|prices? .*(?:look|change|raise|"
        r"lower|adjust|too)|earn too little",
        acting.reprice,
        "Which prices should I look at?",
    ),
    _topic(
        "price",
        r"(?:price|cost) of|what (?:does|do) .* cost|"
        r"how much (?:is|does|are) (?!.*(?:stock|sell|"
        r"sold|make))",
        acting.price,
        "What does the blue mug cost?",
    ),
    _topic(
        "stock value",
        r"(?:stock|inventory).*(?:worth|value)|(?:worth|"
        r"value) .*(?:stock|inventory)",
        acting.stock_value,
        "What is the stock worth?",
    ),
    _topic(
        "forecast",
        r"forecast|predict|\bwill .*\b(?:sell|sales|"
        r"demand|need)|expect|going to sell|demand|"
        r"next (?:week|month|quarter|\d)|tomorrow",
        selling.forecast,
        "What will sell next week?",
    ),
    _topic(
        "best customers",
        r"(?:best|top|biggest|most valuable|loyal)\b.*customers?|"
        r"(?:customers?|who) .*(?:spen[dt]|spends|buys?|bought) (?:the )?most|"
        r"top \d+ customers",
        acting.best_customers,
        "Who are my best customers?",
    ),
    _topic(
        "customers",
        r"how many .*(?:customers?|people|buyers?|shoppers?)|"
        r"new customers?|returning customers?|(?:customers?|"
        r"buyers) .*(?:bought|had|have|number)|number of customers",
        acting.customers,
        "How many new customers did we get?",
    ),
    _topic(
        "catalogue",
        r"how many .*\b(?:products|articles|categories|skus)\b(?!.*\b(?:sold|sell|order))|"
        r"number of products|(?:list|which|what) .*categories",
        acting.catalogue,
        "How many products do we have?",
    ),
    _topic(
        "stock",
        r"in stock|on hand|how (?:many|much) .*(?:do (?:we|"
        r"i) have|have we|is there|are there|left|available)|"
        r"stock (?:of|level)|inventory|\bstock\b",
        acting.stock,
        "How many blue mugs are in stock?",
    ),
    _topic(
        "advice",
        r"what (?:should|shall|can|could|must) (?:i|"
        r"we) do|advice|advise|recommend|suggest|next step|"
        r"improve|to.?do\b",
        acting.advice,
        "What should I do first?",
    ),
    _topic(
        "parts",
        r"\b(?:by|per|each|every|which|what|compare|best|worst)\b.*\b(?:channels?|locations?|"
        r"branch(?:es)?|weekdays?|stores|outlets?)\b|(?:which|best|busiest|worst) (?:store|shop|"
        r"branch)\b|days? of the week|\bonline\b|web ?shop|in.store",
        selling.parts,
        "Which weekday sells best?",
    ),
    _topic(
        "best products",
        r"best.?sell|(?:sell|sold|sells|selling|perform\w*) (?:the )?(?:best|"
        r"most|well)|top (?:\w+ )?(?:products?|items?|articles?|"
        r"sell)|most popular|popular|what sold|(?:which|"
        r"what) (?:\w+ )?(?:products?|items?|articles?)|favou?rite|trending|"
        r"most profitable|(?:margin|profit) (?:by|per|of each) product|top \w+ by|"
        r"products? .*(?:grow|rising|fell|fall|dropp|declin)|(?:most|best) .*products?",
        selling.best_products,
        "What sold best this month?",
    ),
    _topic(
        "trend",
        r"\bwhy\b|compar|versus|\bvs\b|\bthan\b|up or down|grow|"
        r"declin|better or worse|trend|chang|(?:rise|"
        r"rising|rose|fall|falling|fell|drop)",
        selling.trend,
        "Is revenue up or down this month?",
    ),
    _topic(
        "best day",
        r"(?:best|busiest|strongest|worst|weakest|slowest|"
        r"quietest|which) (?:week)?day",
        selling.best_day,
        "What was the best day last month?",
    ),
    _topic(
        "margin",
        r"margin|profit",
        selling.margin,
        "What was the gross margin last month?",
    ),
    _topic(
        "returns",
        r"return(?:s|ed)?\b|refund|came back|brought back",
        selling.returns,
        "How much came back last month?",
    ),
    _topic(
        "basket",
        r"average (?:order|basket|sale|ticket)|basket|"
        r"\baov\b|order value|per order",
        selling.basket,
        "What is the average order worth?",
    ),
    _topic(
        "orders",
        r"how many (?:\w+ )?(?:orders|sales)\b|number of orders|orders?\b",
        selling.orders,
        "How many orders came in yesterday?",
    ),
    _topic(
        "units",
        r"how many (?:\w+ )*(?:units|items|pieces|products)|"
        r"how many .* (?:sell|sold)|number of (?:units|"
        r"items)",
        selling.units,
        "How many units did we sell last week?",
    ),
    _topic(
        "revenue",
        r"revenue|sales|turnover|takings|income|\bsell|"
        r"\bsold|earn|(?:make|made|take|took|took in)\b|"
        r"money",
        selling.revenue,
        "What was the revenue last week?",
    ),
    _topic(
        "customer",
        r"customer|client|tell me about|who is",
        acting.one_customer,
        "Tell me about customer Ada Keller",
    ),
    _topic(
        "overview",
        r"how (?:is|are|did|was|were) (?:it |we )?(?:going|do|doing|business)?\W*$|"
        r"how (?:is|are|did|was|s|has|have) (?:the |"
        r"my |our )?(?:shop|store|business|we|things?|"
        r"it|day|week|month|everything|business|trade)|summar|overview|"
        r"what(?: is|s)? (?:going on|happen|up|new)|"
        r"report|status|good morning|hello",
        selling.overview,
        "How is the shop doing?",
    ),
)  # fmt: skip


def matching(text: str) -> list[Topic]:
    """The topics that a question (tidy) may be about, the likeliest first."""
    return [topic for topic in TOPICS if topic.pattern.search(text)]
