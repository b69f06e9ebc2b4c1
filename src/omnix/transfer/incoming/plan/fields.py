"""What a column can mean: canonical fields by kind of data, and the names files use for them."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["orders", "products", "customers", "stock", "sales", "stock_days", "promotions"]
Value = Literal["text", "integer", "number", "share", "amount", "time", "day", "flag", "json"]

_SIGNS = re.compile(r"[^0-9a-z]+")


def plain(header: str) -> str:
    """A header as compared: lower case, one space for all that is no letter or digit."""
    return _SIGNS.sub(" ", header.casefold()).strip()


@dataclass(frozen=True)
class Field:
    """One canonical field. ``names`` are plain headers that mean it beyond doubt."""

    name: str
    value: Value
    title: str
    names: tuple[str, ...] = ()
    required: bool = False


def _field(name: str, value: Value, title: str, *names: str, required: bool = False) -> Field:
    own = plain(name)
    return Field(name, value, title, (own, *(n for n in names if n != own)), required)


ORDERS = (
    _field("order_number", "text", "number of the order or invoice", "invoice", "invoice no",
           "invoiceno", "invoice number", "order", "order id", "order no", "order name",
           "number", "receipt", required=True),
    _field("placed_at", "time", "when it was placed", "invoice date", "invoicedate", "order date",
           "date", "created at", "created", "datetime", "timestamp", "purchase date",
           "date created", required=True),
    _field("sku", "text", "article number", "stock code", "stockcode", "product sku", "item sku",
           "lineitem sku", "article", "article number", "product id", "item number", "product code",
           "variant sku", required=True),
    _field("name", "text", "article name", "description", "product name", "item name",
           "lineitem name", "product", "item", "title", "line item name"),
    _field("quantity", "integer", "units", "qty", "units", "item quantity", "lineitem quantity",
           "quantity refund", "quantity ordered", "count", required=True),
    _field("unit_price", "amount", "price of one unit", "price", "unitprice", "item cost",
           "lineitem price", "item price", "price each", "unit cost"),
    _field("line_total", "amount", "amount of the line", "total line", "item total", "line amount",
           "order line total", "item subtotal", "line revenue"),
    _field("discount", "amount", "discount of the line", "line discount", "lineitem discount",
           "item discount"),
    _field("customer_ref", "text", "customer number", "customer id", "customerid", "customer",
           "customer number", "client id", "customer user", "user id"),
    _field("email", "text", "customer's e-mail", "customer email", "billing email", "e mail",
           "email billing", "email address"),
    _field("customer_name", "text", "customer's name", "billing name", "client name"),
    _field("first_name", "text", "first name", "billing first name", "first name billing"),
    _field("last_name", "text", "last name", "billing last name", "last name billing"),
    _field("country", "text", "country", "billing country", "country code billing",
           "country name billing", "shipping country"),
    _field("currency", "text", "currency", "order currency", "currency code"),
    _field("status", "text", "state of the order", "order status", "state"),
    _field("payment_status", "text", "state of the payment", "financial status"),
    _field("cancelled_at", "time", "when it was cancelled", "cancelled at", "canceled at"),
    _field("shipping", "amount", "shipping", "shipping total", "order shipping",
           "order shipping amount", "postage"),
    _field("order_discount", "amount", "discount of the order", "discount amount",
           "cart discount amount", "order discount amount", "discount total", "cart discount"),
    _field("tax", "amount", "tax", "taxes", "tax total", "order tax", "order total tax amount"),
    _field("total", "amount", "amount of the order", "order total", "order total amount",
           "grand total"),
    _field("refunded", "amount", "amount refunded", "refunded amount", "order refund amount"),
    _field("items", "text", "articles packed into one cell", "line items", "products",
           "ordered items"),
    _field("location", "text", "shop or warehouse", "location id", "store", "warehouse"),
    _field("channel", "text", "sales channel", "source", "sales channel"),
    _field("sheet", "text", "sheet of the workbook"),
)  # fmt: skip

PRODUCTS = (
    _field("sku", "text", "article number", "stock code", "variant sku", "product code",
           "article number", "item number", required=True),
    _field("name", "text", "name", "title", "product name", "description short", required=True),
    _field("price", "amount", "shelf price", "variant price", "unit price", "retail price",
           "regular price", required=True),
    _field("id", "text", "identifier", "product id"),
    _field("barcode", "text", "GTIN", "variant barcode", "ean", "gtin", "upc"),
    _field("description", "text", "description", "body html", "long description"),
    _field("category", "text", "category", "type", "product category", "product type"),
    _field("cost", "amount", "purchase cost", "cost per item", "unit cost", "purchase price"),
    _field("currency", "text", "currency", "currency code"),
    _field("status", "text", "active or archived"),
    _field("handle", "text", "address in the shop", "url handle"),
    _field("option1", "text", "first option", "option1 value"),
    _field("option2", "text", "second option", "option2 value"),
    _field("option3", "text", "third option", "option3 value"),
    _field("option1_name", "text", "what the first option is"),
    _field("option2_name", "text", "what the second option is"),
    _field("option3_name", "text", "what the third option is"),
    _field("variant_of", "json", "parent and option values as JSON"),
    _field("brand", "text", "brand", "vendor"),
    _field("attributes", "json", "attributes as JSON"),
    _field("components", "json", "parts of a bundle as JSON"),
    _field("on_hand", "integer", "stock on hand", "inventory quantity", "variant inventory qty",
           "stock", "stock quantity"),
    _field("created_at", "time", "when it was made"),
)  # fmt: skip

CUSTOMERS = (
    _field("customer_ref", "text", "customer number", "customer id", "id", "customerid"),
    _field("email", "text", "e-mail", "e mail", "email address", "customer email"),
    _field("name", "text", "name", "customer name", "full name"),
    _field("first_name", "text", "first name", "firstname", "given name"),
    _field("last_name", "text", "last name", "lastname", "surname", "family name"),
    _field("phone", "text", "telephone", "phone number", "default address phone"),
    _field("country", "text", "country", "default address country code", "country code"),
    _field("city", "text", "town", "default address city"),
    _field("postcode", "text", "postcode", "zip", "default address zip", "postal code"),
    _field("marketing", "flag", "agreed to marketing", "accepts email marketing",
           "accepts marketing", "marketing consent"),
    _field("tags", "text", "tags"),
    _field("note", "text", "note", "notes"),
    _field("created_at", "time", "since when known", "created", "date registered", "sign up"),
)  # fmt: skip

STOCK = (
    _field("sku", "text", "article number", "stock code", "variant sku", "product code",
           required=True),
    _field("on_hand", "integer", "units on hand", "quantity", "stock", "inventory quantity",
           "available", "qty", required=True),
    _field("location", "text", "shop or warehouse", "location id", "store", "warehouse"),
)  # fmt: skip

_AVAILABILITY = (
    _field("in_stock", "share", "in stock that day: yes, no, or the share of the day", "instock",
           "in stock flag", "is in stock", "available", "availability", "on shelf",
           "in stock share"),
    _field("hours_in_stock", "number", "hours of the day in stock", "in stock hours",
           "hours available", "stock hours"),
    _field("hours_open", "number", "hours the shop was open, 12 if not told", "opening hours",
           "open hours"),
)  # fmt: skip

STOCK_DAYS = (
    _field("day", "day", "day of the stock", "date", required=True),
    _field("sku", "text", "article number", "stock code", "product code", "item", "product",
           "variant sku", required=True),
    *_AVAILABILITY,
    _field("location", "text", "shop or warehouse", "location id", "store", "warehouse"),
)  # fmt: skip

SALES = (
    _field("day", "day", "day of the sales", "date", required=True),
    _field("sku", "text", "article number", "stock code", "product code", "item", "product",
           required=True),
    _field("quantity", "integer", "units sold", "units", "qty", "sales", "sold", required=True),
    _field("revenue", "amount", "revenue", "amount", "turnover", "sales amount"),
    _field("unit_price", "amount", "price of one unit", "price", "sell price"),
    _field("name", "text", "article name", "product name", "description"),
    _field("location", "text", "shop or warehouse", "location id", "store"),
    *_AVAILABILITY,
)  # fmt: skip

PROMOTIONS = (
    _field("first_day", "day", "first day of the promotion", "from", "start", "starts",
           "start date", "date from", "valid from", "begin", required=True),
    _field("last_day", "day", "last day, included", "to", "until", "end", "ends", "end date",
           "date to", "valid to", "valid until", required=True),
    _field("percent_off", "share", "percent off", "percent", "percentage", "discount", "off",
           "discount percent", "discount percentage", "reduction"),
    _field("sku", "text", "article number", "stock code", "variant sku", "product code",
           "article", "item number", "product sku"),
    _field("category", "text", "category, for all of its articles", "product category", "type"),
    _field("name", "text", "name of the promotion", "promotion", "promotion name", "campaign",
           "offer", "title"),
    _field("price", "amount", "usual price", "regular price", "list price"),
    _field("promotion_price", "amount", "price in the promotion", "sale price", "special price",
           "reduced price", "promo price"),
)  # fmt: skip

FIELDS: dict[Kind, tuple[Field, ...]] = {
    "orders": ORDERS,
    "products": PRODUCTS,
    "customers": CUSTOMERS,
    "stock": STOCK,
    "sales": SALES,
    "stock_days": STOCK_DAYS,
    "promotions": PROMOTIONS,
}
