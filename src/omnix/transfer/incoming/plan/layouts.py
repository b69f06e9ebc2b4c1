"""The layouts that are known by their header, and what each of them takes for granted."""

from dataclasses import dataclass, field

from .fields import FIELDS, Field, Kind, plain

UCI_SERVICE = {
    "POST": "postage", "DOT": "postage", "C2": "postage", "C3": "postage",
    "M": "manual entry", "D": "discount", "S": "samples", "B": "bad debt",
    "BANK CHARGES": "bank charges", "AMAZONFEE": "marketplace fee", "CRUK": "donation",
    "GIFT": "gift voucher",
}  # fmt: skip
UCI_SERVICE_PREFIXES = {"GIFT_": "gift voucher", "ADJUST": "adjustment", "TEST": "test entry"}


@dataclass(frozen=True, eq=False)
class Layout:
    """A known shape of file.

    ``signature`` are the plain headers that only this layout has together. ``fixed`` names the
    column (plain) of a field where its own name would be read otherwise. ``prefix`` keeps the
    order numbers of different systems apart. ``service`` and ``service_prefixes`` are article
    numbers that are no goods, with what they are. ``cancel_prefix`` starts the number of an
    order that takes others back.
    """

    name: str
    title: str
    kind: Kind
    signature: frozenset[str] = frozenset()
    fixed: dict[str, str] = field(default_factory=dict)
    prefix: str = ""
    currency: str | None = None
    time_zone: str | None = None
    service: dict[str, str] = field(default_factory=dict)
    service_prefixes: dict[str, str] = field(default_factory=dict)
    cancel_prefix: str = ""
    fold_sku: bool = False
    month_first: bool | None = None
    header_once: bool = False
    """Fields of the order stand on its first row only."""

    @property
    def fields(self) -> tuple[Field, ...]:
        return FIELDS[self.kind]


def _plain(*headers: str) -> frozenset[str]:
    return frozenset(plain(h) for h in headers)


_UCI = {
    "prefix": "", "currency": "GBP", "time_zone": "Europe/London",
    "service": UCI_SERVICE, "service_prefixes": UCI_SERVICE_PREFIXES,
    "cancel_prefix": "C", "fold_sku": True, "month_first": True,
}  # fmt: skip

LAYOUTS: tuple[Layout, ...] = (
    Layout(
        "uci-online-retail-2", "UCI Online Retail II", "orders",
        _plain("Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price",
               "Customer ID", "Country"),
        **_UCI,  # type: ignore[arg-type]
    ),
    Layout(
        "uci-online-retail", "UCI Online Retail", "orders",
        _plain("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice",
               "CustomerID", "Country"),
        **_UCI,  # type: ignore[arg-type]
    ),
    Layout(
        "shopify-products", "Shopify products", "products",
        _plain("Handle", "Title", "Body (HTML)", "Variant Price"),
        fixed={"sku": "variant sku", "price": "variant price", "name": "title",
               "description": "body html", "barcode": "variant barcode", "category": "type",
               "cost": "cost per item", "on_hand": "variant inventory qty"},
    ),
    Layout(
        "shopify-products-2024", "Shopify products (columns of 2024)", "products",
        _plain("Title", "URL handle", "Description", "Price"),
        fixed={"sku": "sku", "price": "price", "name": "title", "description": "description",
               "barcode": "barcode", "category": "type", "cost": "cost per item",
               "on_hand": "inventory quantity"},
    ),
    Layout(
        "shopify-customers", "Shopify customers", "customers",
        _plain("First Name", "Last Name", "Email", "Accepts Email Marketing", "Total Spent"),
        fixed={"customer_ref": "customer id", "phone": "phone"},
    ),
    Layout(
        "shopify-orders", "Shopify orders", "orders",
        _plain("Name", "Financial Status", "Created at", "Lineitem quantity", "Lineitem name",
               "Lineitem price"),
        fixed={"order_number": "name", "name": "lineitem name", "placed_at": "created at",
               "payment_status": "financial status", "status": "fulfillment status",
               "discount": "lineitem discount", "order_discount": "discount amount"},
        prefix="shopify-", header_once=True,
    ),
    Layout(
        "woocommerce-orders", "WooCommerce orders", "orders",
        _plain("Order Number", "Order Status", "Order Date", "Item Name"),
        fixed={"unit_price": "item cost", "quantity": "quantity refund",
               "order_discount": "cart discount amount"},
        prefix="woo-",
    ),
    Layout(
        "woocommerce-orders-rows", "WooCommerce orders, a row for each item", "orders",
        _plain("order_id", "order_number", "date", "status", "item_name", "item_quantity"),
        fixed={"order_number": "order number", "placed_at": "date", "line_total": "item total",
               "shipping": "shipping total"},
        prefix="woo-",
    ),
    Layout(
        "woocommerce-orders-packed", "WooCommerce orders, items packed into cells", "orders",
        _plain("order_id", "order_number", "status", "line_items"),
        fixed={"order_number": "order number", "items": "line items",
               "shipping": "shipping total"},
        prefix="woo-",
    ),
    Layout(
        "woocommerce-orders-numbered", "WooCommerce orders, a cell for each item", "orders",
        _plain("order_id", "order_number", "status", "line_item_1"),
        fixed={"order_number": "order number", "shipping": "shipping total",
               "items": "line item 1"},
        prefix="woo-",
    ),
)  # fmt: skip

OWN: dict[Kind, Layout] = {
    "orders": Layout("omnix-orders", "Orders, a row for each line", "orders"),
    "products": Layout("omnix-products", "Products", "products"),
    "customers": Layout("omnix-customers", "Customers", "customers"),
    "stock": Layout("omnix-stock", "Stock on hand", "stock"),
    "sales": Layout("omnix-sales", "Units sold by day", "sales"),
    "stock_days": Layout("omnix-stock-days", "Days in stock", "stock_days"),
    "promotions": Layout("omnix-promotions", "Promotions", "promotions"),
}

BY_NAME: dict[str, Layout] = {x.name: x for x in (*LAYOUTS, *OWN.values())}
