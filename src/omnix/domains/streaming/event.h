/* An event as it is judged and written: what `model.py` calls NewEvent. */
#ifndef OMNIX_EVENT_H
#define OMNIX_EVENT_H

#include "plain.h"

#define MOST_EVENTS 500
#define MOST_ITEMS 50

enum { MESSAGE_ID, NAME, VISITOR, CUSTOMER, SESSION, ORDER, QUERY, URL, CURRENCY,
       ANONYMOUS, PRODUCT, AT, SENT_AT, TEXTS };
enum { PAGE_VIEW, PRODUCT_VIEW, LIST_VIEW, SEARCH, ADD, REMOVE, CHECKOUT, PURCHASE, REFUND,
       CUSTOM, TYPES };

static const char *const type_names[TYPES] = {
    "page_view", "product_view", "list_view", "search", "add_to_cart", "remove_from_cart",
    "checkout", "purchase", "refund", "custom"};

typedef struct { text product; int64_t quantity, price; } item; /* a price below 0 is none */
typedef struct {
    text texts[TEXTS];
    int type;
    int64_t quantity, price, revenue; /* below 0: none */
    int64_t moment;                   /* microseconds since 1970 */
    text properties;
    int items, first_item;
} event;

/* Of the batch at hand; the library is one piece of source, which includes this once. */
static event events[MOST_EVENTS];
static item items[MOST_EVENTS * MOST_ITEMS];

#endif
