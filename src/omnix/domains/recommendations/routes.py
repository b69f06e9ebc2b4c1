"""Recommendations over HTTP."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import Parameter

from omnix.kit.errors import Invalid
from omnix.kit.ids import is_id
from omnix.platform import jobs
from omnix.platform.access import Actor
from omnix.platform.direct import DirectRead
from omnix.platform.http import Cursor, Encoded, Limit, Listing, allow
from omnix.platform.jobs import JobRun
from omnix.ports import Ports

from . import decide, serving, shelves
from .declare import MAKE
from .model import (
    MOST,
    MOST_IN_CART,
    Action,
    ActionKind,
    ActionStatus,
    Answered,
    Asked,
    BesideAnswer,
    Choice,
    Context,
    Feedback,
    Question,
    Recommendations,
    ShelfAnswer,
    Verdict,
)

_READ = allow("recommendations:read")
_ANSWER = allow("recommendations:answer", 403, 404, 409)
Many = Annotated[int, Parameter(ge=1, le=MOST)]
Few = Annotated[int, Parameter(ge=1, le=20)]
Text = Annotated[str | None, Parameter(max_length=100)]
Preview = Annotated[
    bool, Parameter(description="Only looked at: neither shown nor an exposure of an experiment.")
]
IdText = Annotated[str | None, Parameter(max_length=64)]


class ActionList(Listing, frozen=True, kw_only=True):
    """A page of what a manager is advised to do."""

    items: list[Action]


@get("/recommendations", opt=allow("actions:read"), summary="What to do")
async def list_manager_actions(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    kind: ActionKind | None = None,
    status: ActionStatus = "open",
    sort: Annotated[
        Literal["-at_stake", "at_stake"],
        Parameter(description="Most money at stake first, or least."),
    ] = "-at_stake",
) -> ActionList:
    """Reorder, promote, reprice or discontinue."""
    page = await decide.actions(ports, kind, status, limit, cursor, most_first=sort != "at_stake")
    return ActionList(items=list(page.items), next_cursor=page.next_cursor)


@get("/recommendations/customers/{customer_id:str}", opt=_READ, summary="For a customer")
async def recommend_to_customer(
    ports: Ports,
    actor: Actor,
    customer_id: str,
    context: Context = "home",
    limit: Many = 20,
    product_id: IdText = None,
    cart: Annotated[
        str | None, Parameter(max_length=700, description="Product ids with commas between.")
    ] = None,
    location_id: IdText = None,
    in_stock: bool = True,
    own: Choice = "include",
    seen: Choice = "include",
    category: Text = None,
    min_margin: Annotated[
        int | None, Parameter(ge=0, le=100, description="Per cent of the price; not for customers.")
    ] = None,
    per_category: Annotated[int | None, Parameter(ge=1, le=MOST)] = None,
    preview: Preview = False,
) -> Response[Recommendations]:
    """What the customer may want, each with its reasons; filters and stock are of this moment.

    ``product_id`` belongs to the context product, ``cart`` to the context cart.
    """
    question = Question(
        context=context, limit=limit, product_id=product_id, cart=cart,
        location_id=location_id, in_stock=in_stock, own=own, seen=seen, category=category,
        min_margin=min_margin, per_category=per_category, preview=preview,
    )  # fmt: skip
    return Encoded(await _personal(ports, actor, customer_id, question))


async def _personal(
    ports: Ports, actor: Actor, customer_id: str, question: Question
) -> Recommendations:
    given = msgspec.structs.asdict(question)
    asked = Asked(**{**given, "cart": _cart(question.cart)})
    if (asked.context == "product") != (asked.product_id is not None):
        raise Invalid.field("product_id", "goes with the context product, and only with it")
    if (asked.context == "cart") != bool(asked.cart):
        raise Invalid.field("cart", "goes with the context cart, and only with it")
    return await serving.personal(ports, actor, customer_id, asked)


def _cart(text: str | None) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(id.strip() for id in (text or "").split(",") if id.strip()))
    if len(found) > MOST_IN_CART or not all(is_id(id) for id in found):
        raise Invalid.field("cart", f"must be up to {MOST_IN_CART} product ids, comma-separated")
    return found


@get("/customers/{customer_id:str}/next-basket", opt=_READ, summary="A customer's next basket")
async def get_next_basket(
    ports: Ports, actor: Actor, customer_id: str, limit: Many = 10, preview: Preview = False
) -> Recommendations:
    """What the customer's next basket most likely holds, sold out or not."""
    asked = Asked(context="next_basket", limit=limit, in_stock=False, preview=preview)
    return await serving.personal(ports, actor, customer_id, asked)


@get("/recommendations/products/{product_id:str}/similar", opt=_READ, summary="Similar products")
async def recommend_similar(
    ports: Ports, product_id: str, limit: Few = 10, in_stock: bool = True
) -> BesideAnswer:
    """Alike by words, category and customers."""
    return await shelves.beside(ports, product_id, "similar", limit, in_stock=in_stock)


@get("/recommendations/products/{product_id:str}/complementary", opt=_READ, summary="Goes with it")
async def recommend_complementary(
    ports: Ports, product_id: str, limit: Few = 10, in_stock: bool = True
) -> BesideAnswer:
    """Bought with it more often than by chance, and of another kind."""
    return await shelves.beside(ports, product_id, "complements", limit, in_stock=in_stock)


@get(
    "/recommendations/products/{product_id:str}/bought-together",
    opt=_READ,
    summary="Bought together",
)
async def recommend_bought_together(
    ports: Ports, product_id: str, limit: Few = 10, in_stock: bool = True
) -> BesideAnswer:
    """Bought with it more often than by chance, of whatever kind."""
    return await shelves.beside(ports, product_id, "together", limit, in_stock=in_stock)


@get("/products/{product_id:str}/similar", opt=_READ, summary="A product's similar ones")
async def product_similar(ports: Ports, product_id: str, limit: Few = 10) -> BesideAnswer:
    """Alike by words, category and customers, sold out or not."""
    return await shelves.beside(ports, product_id, "similar", limit, in_stock=False)


@get("/products/{product_id:str}/substitutes", opt=_READ, summary="A product's substitutes")
async def product_substitutes(ports: Ports, product_id: str, limit: Few = 10) -> BesideAnswer:
    """Alike and seldom in one basket with it, sold out or not."""
    return await shelves.beside(ports, product_id, "substitutes", limit, in_stock=False)


@get("/products/{product_id:str}/complements", opt=_READ, summary="A product's complements")
async def product_complements(ports: Ports, product_id: str, limit: Few = 10) -> BesideAnswer:
    """Bought with it and of another kind, sold out or not."""
    return await shelves.beside(ports, product_id, "complements", limit, in_stock=False)


@get("/recommendations/popular", opt=_READ, summary="Popular products")
async def list_popular(
    ports: Ports, limit: Many = 20, category: Text = None, in_stock: bool = True
) -> ShelfAnswer:
    """What sold most in the last four weeks."""
    return await shelves.shelf(ports, "popular", limit, category, in_stock=in_stock)


@get("/recommendations/trending", opt=_READ, summary="Trending products")
async def list_trending(
    ports: Ports, limit: Many = 20, category: Text = None, in_stock: bool = True
) -> ShelfAnswer:
    """What sells more in the last week than by chance it would."""
    return await shelves.shelf(ports, "trending", limit, category, in_stock=in_stock)


@get("/recommendations/seasonal", opt=_READ, summary="Products of the season")
async def list_seasonal(
    ports: Ports, limit: Many = 20, category: Text = None, in_stock: bool = True
) -> ShelfAnswer:
    """What sold more at this time last year than in the rest of it."""
    return await shelves.shelf(ports, "seasonal", limit, category, in_stock=in_stock)


@post("/recommendations/{id:str}/accept", opt=_ANSWER, status_code=200, summary="Accept")
async def accept_recommendation(ports: Ports, actor: Actor, id: str, data: Verdict) -> Answered:
    """An action, or a product of an answer."""
    return await decide.decide(ports, actor, id, data.product_id, "accepted")


@post("/recommendations/{id:str}/dismiss", opt=_ANSWER, status_code=200, summary="Dismiss")
async def dismiss_recommendation(ports: Ports, actor: Actor, id: str, data: Verdict) -> Answered:
    """An action, or a product of an answer, which is not shown to the customer again."""
    return await decide.decide(ports, actor, id, data.product_id, "dismissed")


@post(
    "/recommendations/{id:str}/reopen",
    opt=allow("recommendations:write", 404, 409),
    status_code=200,
    summary="Take a decision on advice back",
)
async def reopen_advice(ports: Ports, actor: Actor, id: str) -> Action:
    """The action is open advice again, as if nobody had decided on it."""
    return await decide.reopen(ports, actor, id)


@post("/recommendations/{id:str}/feedback", opt=_ANSWER, status_code=200, summary="Like or not")
async def judge_recommendation(ports: Ports, actor: Actor, id: str, data: Feedback) -> Answered:
    """What a customer thinks of a product of an answer."""
    word: decide.Word = "liked" if data.liked else "disliked"
    return await decide.answer(ports, actor, id, data.product_id, word)


@post(
    "/recommendations/refresh",
    opt=allow("recommendations:write"),
    status_code=202,
    summary="Recommend to all anew",
)
async def refresh_recommendations(ports: Ports, actor: Actor) -> JobRun:
    """Asks for the nightly job now; follow it at ``/v1/jobs/{id}``."""
    return await jobs.submit(ports, MAKE, {}, by=actor.id)


_UNDER = "/v1/recommendations/customers/"
DIRECT = (DirectRead(_UNDER, _UNDER + "{customer_id}", _READ["permission"], Question, _personal),)
"""A page of the shop waits for it: answered without the framework's detours."""

ROUTES = (
    list_manager_actions,
    recommend_to_customer,
    get_next_basket,
    recommend_similar,
    recommend_complementary,
    recommend_bought_together,
    product_similar,
    product_substitutes,
    product_complements,
    list_popular,
    list_trending,
    list_seasonal,
    accept_recommendation,
    dismiss_recommendation,
    reopen_advice,
    judge_recommendation,
    refresh_recommendations,
)
