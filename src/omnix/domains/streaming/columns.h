/* Writes events as JSON, a list for each column. */
#ifndef OMNIX_COLUMNS_H
#define OMNIX_COLUMNS_H

#include "event.h"

typedef struct { uint8_t *p; } writer;

static void put(writer *w, const void *from, long size) {
    memcpy(w->p, from, (size_t)size);
    w->p += size;
}

static void put_text(writer *w, text t) {
    if (!t.at) {
        put(w, "null", 4);
        return;
    }
    *w->p++ = '"';
    put(w, t.at, t.size);
    *w->p++ = '"';
}

static void put_number(writer *w, int64_t value) {
    uint8_t made[24];
    int n = 24;
    if (value < 0) {
        put(w, "null", 4);
        return;
    }
    do made[--n] = (uint8_t)('0' + value % 10); while (value /= 10);
    put(w, made + n, 24 - n);
}

static void put_digits(writer *w, int value, int count) {
    for (int i = count - 1; i >= 0; i--, value /= 10) w->p[i] = (uint8_t)('0' + value % 10);
    w->p += count;
}

static void put_moment(writer *w, int64_t micros) {
    int64_t day = micros / 86400000000LL, of_day = micros % 86400000000LL / 1000;
    int64_t z = day + 719468, era = z / 146097, of_era = z - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100), m = (5 * of_year + 2) / 153;
    int month = (int)(m < 10 ? m + 3 : m - 9);
    *w->p++ = '"';
    put_digits(w, (int)(year + era * 400 + (month <= 2)), 4);
    *w->p++ = '-';
    put_digits(w, month, 2);
    *w->p++ = '-';
    put_digits(w, (int)(of_year - (153 * m + 2) / 5 + 1), 2);
    *w->p++ = 'T';
    put_digits(w, (int)(of_day / 3600000), 2);
    *w->p++ = ':';
    put_digits(w, (int)(of_day / 60000 % 60), 2);
    *w->p++ = ':';
    put_digits(w, (int)(of_day / 1000 % 60), 2);
    *w->p++ = '.';
    put_digits(w, (int)(of_day % 1000), 3);
    put(w, "Z\"", 2);
}

/* Properties as text that holds JSON: without blanks, quotes escaped. */
static void put_properties(writer *w, text t) {
    if (!t.at) {
        put(w, "null", 4);
        return;
    }
    put(w, "\"{", 2);
    int within = 0;
    for (long i = 0; i < t.size; i++) {
        uint8_t c = t.at[i];
        if (c == '"') {
            within = !within;
            put(w, "\\\"", 2);
        } else if (within || (c != ' ' && c != '\n' && c != '\r' && c != '\t')) {
            *w->p++ = c;
        }
    }
    put(w, "}\"", 2);
}

static void put_items(writer *w, const event *e) {
    *w->p++ = '[';
    for (int i = 0; i < e->items; i++) {
        const item *one = &items[e->first_item + i];
        if (i) *w->p++ = ',';
        *w->p++ = '[';
        put_text(w, one->product);
        *w->p++ = ',';
        put_number(w, one->quantity);
        *w->p++ = ',';
        put_number(w, one->price);
        *w->p++ = ']';
    }
    *w->p++ = ']';
}

/* In the order of judging.COLUMNS; the numbers are of texts, others are below 0. */
enum { C_TYPE = -1, C_AT = -2, C_REVENUE = -3, C_PROPERTIES = -4, C_ITEMS = -5 };
typedef struct { const char *name; int which; } column;
static const column columns[] = {
    {"message_id", MESSAGE_ID}, {"type", C_TYPE}, {"name", NAME}, {"at", C_AT},
    {"visitor", VISITOR}, {"customer_id", CUSTOMER}, {"session_id", SESSION},
    {"order_id", ORDER}, {"query", QUERY}, {"url", URL}, {"currency", CURRENCY},
    {"revenue_minor", C_REVENUE}, {"properties", C_PROPERTIES}, {"items", C_ITEMS}};

static void put_column(writer *w, column c, int count) {
    for (int n = 0; n < count; n++) {
        const event *e = &events[n];
        if (n) *w->p++ = ',';
        switch (c.which) {
        case C_TYPE:
            *w->p++ = '"';
            put(w, type_names[e->type], (long)strlen(type_names[e->type]));
            *w->p++ = '"';
            break;
        case C_AT: put_moment(w, e->moment); break;
        case C_REVENUE: put_number(w, e->revenue); break;
        case C_PROPERTIES: put_properties(w, e->properties); break;
        case C_ITEMS: put_items(w, e); break;
        default: put_text(w, e->texts[c.which]);
        }
    }
}

#endif
