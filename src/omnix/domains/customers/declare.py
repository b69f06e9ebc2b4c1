"""What the customers domain declares."""

from omnix.kit.declare import (
    ANALYST,
    CUSTOMER,
    EDITORS,
    READERS,
    Collection,
    Domain,
    Guard,
    Index,
    JobType,
    Model,
    Permission,
    Schedule,
)

CUSTOMERS = Collection(
    "customers",
    table="customers",
    key=("id",),
    indexes=(
        Index("listing-index", "listing", "created_at"),
        Index("name-index", "listing", "sort_name"),
        Index("merged-index", "redirected", "merged_at"),
    ),
)
"""``listing`` is the status; ``redirected`` is ``yes`` where one was merged into another."""

INSIGHTS = Collection("customer_insights", table="customers", key=("customer_id",))
"""What the last analysis found of each customer who ever bought; gone where a customer is."""

SEGMENTS = Collection(
    "segments",
    table="customers",
    key=("id",),
    indexes=(Index("listing-index", "listing", "id"),),
)
"""Rules that people wrote, and the segments that an analysis made; ``listing`` is ``all``."""

MEMBERS = Collection("segment_members", table="customers", key=("segment", "customer_id"))
"""Who is in a segment. One who left since may still be there: the insights decide."""

DUPLICATES = Collection(
    "duplicate_pairs",
    table="customers",
    key=("id",),
    indexes=(Index("listing-index", "listing", "rank"),),
)
"""Pairs that may be one person, by ids alone; ``rank`` puts the likeliest first."""

ANALYSES = Collection("customer_analyses", table="customers", key=("id",))
"""The latest analysis, under ``latest``: its models, and how they fared on the past; and under
``churn-reliability`` the chances told on earlier days beside what came of them."""

ANALYSE = JobType("customers.analyse", "Analyse every customer", timeout=600)
PAIR = JobType("customers.pair", "Look for customers who may be one person", timeout=600)

LIFETIME_MODEL = Model(
    "lifetime",
    "Purchases and spend to come of each customer",
    kind="lifetime value",
    job=ANALYSE,
    metric="rmse",
    margin=0.01,
    guards=(Guard("bias", target=0.0, slack=0.02),),
)
CHURN_MODEL = Model(
    "churn",
    "Chance that a customer does not come within 90 days",
    kind="churn",
    job=ANALYSE,
    metric="brier",
    margin=0.01,
    guards=(Guard("bias", target=0.0, slack=0.02),),
)
CONSUMPTION_MODEL = Model(
    "consumption",
    "When a customer runs out of what it buys regularly",
    kind="consumption",
    job=ANALYSE,
    metric="brier",
)

DOMAIN = Domain(
    name="customers",
    title="Customers",
    collections=(CUSTOMERS, INSIGHTS, SEGMENTS, MEMBERS, DUPLICATES, ANALYSES),
    jobs=(ANALYSE, PAIR),
    schedules=(
        Schedule("customers-nightly", job=ANALYSE.name, at="03:30"),
        Schedule("customers-pairs", job=PAIR.name, at="04:20"),
    ),
    models=(LIFETIME_MODEL, CHURN_MODEL, CONSUMPTION_MODEL),
    events={
        "customer.created": "A customer became known.",
        "customer.changed": "A customer's data changed.",
        "customer.erased": "Everything known of a customer was deleted.",
        "customer.merged": "A customer was merged into this one.",
        "customer.unmerged": "A customer that was merged into this one is its own again.",
        "customer.archived": "A customer left the list of active ones.",
        "customers.analysed": "Every customer was analysed anew.",
    },
    permissions=(
        Permission("customers:read", "See customers", READERS),
        Permission("customers:write", "Change customers", EDITORS),
        Permission("purchases:read", "See what a customer bought", READERS | {CUSTOMER}),
        Permission(
            "preferences:write", "See and change what a customer agreed to", EDITORS | {CUSTOMER}
        ),
        Permission("insights:read", "See what is known of a customer", READERS | {CUSTOMER}),
        Permission("insights:write", "Ask for an analysis of customers", EDITORS | {ANALYST}),
        Permission("segments:read", "See segments", READERS),
        Permission("segments:write", "Write rules of segments", EDITORS),
    ),
)
