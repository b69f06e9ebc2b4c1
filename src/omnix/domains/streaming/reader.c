/* Reads a batch of events of our own schema: judged as `judging.py` judges them, in columns.
 *
 * Only what is plain is taken: no escapes in texts, no ids that might be an e-mail address, no
 * numbers but whole ones, every rule of the schema kept. Whatever else an event holds, right or
 * wrong, it is named by its place in the body, and Python says what becomes of it; where the
 * body itself is not plain, Python reads all of it. So there is one wording of each refusal, and
 * a doubt here costs time and nothing else.
 */
#include "columns.h"

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

#define MOST_PROPERTIES 30
#define MOST_MINOR 1000000000000LL
#define AHEAD 300000000LL
#define OLDEST (365LL * 86400 * 1000000)

static int one_item(reader *r, item *out) {
    out->product.at = NULL;
    out->quantity = 1;
    out->price = -1;
    int seen = 0, told;
    if (!take(r, '{')) return ODD;
    if (take(r, '}')) return ODD;
    do {
        text key;
        if ((told = plain_text(r, &key, 40)) != GOOD) return told;
        if (!take(r, ':')) return ODD;
        int bit;
        if (is(key, "product_id")) {
            bit = 1;
            if ((told = plain_text(r, &out->product, 64)) != GOOD) return told;
            if (out->product.size == 0) return ODD;
        } else if (is(key, "quantity")) {
            bit = 2;
            if (whole(r, &out->quantity, 1, 1000000) != GOOD) return ODD;
        } else if (is(key, "price_minor")) {
            bit = 4;
            if (!absent(r) && whole(r, &out->price, 0, MOST_MINOR) != GOOD) return ODD;
        } else {
            return ODD;
        }
        if (seen & bit) return ODD;
        seen |= bit;
    } while (take(r, ','));
    return take(r, '}') && out->product.at ? GOOD : ODD;
}

static int some_items(reader *r, event *e, int *used) {
    int told;
    if (!take(r, '[')) return ODD;
    e->first_item = *used;
    if (take(r, ']')) return GOOD;
    do {
        if (e->items == MOST_ITEMS) return ODD;
        if ((told = one_item(r, &items[*used + e->items])) != GOOD) return told;
        e->items++;
    } while (take(r, ','));
    return take(r, ']') ? GOOD : ODD;
}

static int holds(const char *lower, long size, const char *word) {
    long length = (long)strlen(word);
    for (long i = 0; i + length <= size; i++)
        if (!memcmp(lower + i, word, (size_t)length)) return 1;
    return 0;
}

/* Whether the name of a property might be one of those that are left out. */
static int private_name(text key) {
    static const char *const words[] = {"mail", "phone", "mobile", "address", "street", "zip",
                                        "post", "birth", "passw", "iban", "card", "agent"};
    char lower[64];
    if (key.size == 0 || key.size > 64) return 1;
    for (long i = 0; i < key.size; i++) {
        uint8_t c = key.at[i];
        if (c >= 0x80) return 1;
        lower[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
        if (holds(lower, key.size, words[i])) return 1;
    long n = key.size;
    if (n >= 4 && !memcmp(lower + n - 4, "name", 4)) return 1;
    return n >= 2 && !memcmp(lower + n - 2, "ip", 2) && (n == 2 || lower[n - 3] == '_');
}

static int some_properties(reader *r, event *e) {
    text keys[MOST_PROPERTIES];
    int count = 0, told;
    if (!take(r, '{')) return ODD;
    const uint8_t *begin = r->p;
    if (take(r, '}')) return GOOD;
    do {
        if (count == MOST_PROPERTIES) return ODD;
        text key, value;
        int64_t number;
        if ((told = plain_text(r, &key, 64)) != GOOD) return told;
        if (private_name(key)) return ODD;
        for (int i = 0; i < count; i++)
            if (keys[i].size == key.size && !memcmp(keys[i].at, key.at, (size_t)key.size))
                return ODD;
        keys[count++] = key;
        if (!take(r, ':')) return ODD;
        blank(r);
        if (r->p >= r->end) return BROKEN;
        uint8_t c = *r->p;
        if (c == '"') {
            if ((told = plain_text(r, &value, 200)) != GOOD) return told;
            if (has(value, '@')) return ODD;
        } else if (c >= '0' && c <= '9') {
            if (whole(r, &number, 0, INT64_MAX) != GOOD) return ODD;
        } else if (!literal(r, "true") && !literal(r, "false") && !literal(r, "null")) {
            return ODD;
        } else if (!ends_value(r)) {
            return ODD;
        }
    } while (take(r, ','));
    if (!take(r, '}')) return ODD;
    e->properties.at = begin;
    e->properties.size = r->p - 1 - begin;
    return GOOD;
}

/* What is kept of an address, in place; ODD where only Python knows. */
static int page(text *t) {
    const uint8_t *p = t->at, *end = p + t->size;
    if (p == end) {
        t->at = NULL;
        return GOOD;
    }
    if (*p == '/') {
        if (end - p > 1 && p[1] == '/') return ODD;
    } else {
        long begin = end - p > 8 && !memcmp(p, "https://", 8) ? 8
                     : end - p > 7 && !memcmp(p, "http://", 7) ? 7 : 0;
        if (!begin) return ODD;
        const uint8_t *host = p += begin;
        while (p < end && ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '.' || *p == '-'))
            p++;
        if (p == host || (p < end && *p != '/' && *p != '?' && *p != '#')) return ODD;
    }
    for (; p < end && *p != '?' && *p != '#'; p++)
        if (*p <= 0x20 || *p >= 0x7F || *p == '@' || *p == '[' || *p == ']') return ODD;
    /* A bracket anywhere is looked at by the parser of addresses only before the path. */
    t->size = p - t->at;
    return GOOD;
}

#define NAMED(word) word, sizeof word - 1
typedef struct { const char *name; long size; int which; long most; } field;
static const field fields[] = {
    {NAMED("message_id"), MESSAGE_ID, 100}, {NAMED("at"), AT, 40}, {NAMED("anonymous_id"), ANONYMOUS, 64},
    {NAMED("product_id"), PRODUCT, 64}, {NAMED("customer_id"), CUSTOMER, 64}, {NAMED("session_id"), SESSION, 64},
    {NAMED("url"), URL, 1000}, {NAMED("name"), NAME, 64}, {NAMED("query"), QUERY, 200}, {NAMED("order_id"), ORDER, 64},
    {NAMED("currency"), CURRENCY, 3}, {NAMED("sent_at"), SENT_AT, 40}};

static int one_field(reader *r, event *e, text key, uint32_t *seen, int *used) {
    uint32_t bit = 0;
    int told = GOOD;
    for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (key.size != fields[i].size || memcmp(key.at, fields[i].name, (size_t)key.size)) continue;
        bit = 1u << i;
        text *t = &e->texts[fields[i].which];
        if (fields[i].which != MESSAGE_ID && absent(r)) break;
        if ((told = plain_text(r, t, fields[i].most)) != GOOD) return told;
        if (t->size == 0 && fields[i].which != QUERY && fields[i].which != URL) return ODD;
        break;
    }
    if (!bit && is(key, "type")) {
        text t;
        bit = 1u << 20;
        if ((told = plain_text(r, &t, 40)) != GOOD) return told;
        for (e->type = 0; e->type < TYPES && !is(t, type_names[e->type]); e->type++) {}
        if (e->type == TYPES) return ODD;
    } else if (!bit && is(key, "quantity")) {
        bit = 1u << 21;
        if (!absent(r)) told = whole(r, &e->quantity, 1, 1000000);
    } else if (!bit && is(key, "price_minor")) {
        bit = 1u << 22;
        if (!absent(r)) told = whole(r, &e->price, 0, MOST_MINOR);
    } else if (!bit && is(key, "revenue_minor")) {
        bit = 1u << 23;
        if (!absent(r)) told = whole(r, &e->revenue, 0, MOST_MINOR);
    } else if (!bit && is(key, "items")) {
        bit = 1u << 24;
        told = some_items(r, e, used);
    } else if (!bit && is(key, "properties")) {
        bit = 1u << 25;
        told = some_properties(r, e);
    }
    if (!bit || (*seen & bit)) return told == BROKEN ? BROKEN : ODD;
    *seen |= bit;
    return told;
}

static int one_event(reader *r, event *e, int *used) {
    uint32_t seen = 0;
    int told;
    memset(e, 0, sizeof *e);
    e->type = TYPES;
    e->quantity = e->price = e->revenue = -1;
    if (!take(r, '{') || take(r, '}')) return ODD;
    do {
        text key;
        if ((told = plain_text(r, &key, 40)) != GOOD) return told;
        if (!take(r, ':')) return ODD;
        if ((told = one_field(r, e, key, &seen, used)) != GOOD) return told;
    } while (take(r, ','));
    return take(r, '}') && e->type < TYPES && e->texts[MESSAGE_ID].at ? GOOD : ODD;
}

/* The rules that join fields; `currency` is the shop's, three bytes. */
static int judged(event *e, int64_t now, int skewed, int64_t skew, text currency, int *used) {
    text *t = e->texts;
    static const int ids[] = {ANONYMOUS, CUSTOMER, SESSION};
    for (int i = 0; i < 3; i++)
        if (t[ids[i]].at && has(t[ids[i]], '@')) return ODD;
    if (t[QUERY].at && has(t[QUERY], '@')) return ODD;
    if (t[URL].at && page(&t[URL]) != GOOD) return ODD;
    if (t[CURRENCY].at) {
        if (t[CURRENCY].size != 3) return ODD;
        for (int i = 0; i < 3; i++)
            if (t[CURRENCY].at[i] < 'A' || t[CURRENCY].at[i] > 'Z') return ODD;
    }
    e->moment = now;
    if (t[AT].at) {
        if (!moment_of(t[AT], &e->moment)) return ODD;
        if (t[SENT_AT].at) {
            int64_t sent;
            if (!moment_of(t[SENT_AT], &sent)) return ODD;
            e->moment += now - sent;
        } else if (skewed == 1) {
            e->moment += skew;
        } else if (skewed) {
            return ODD;
        }
    }
    if (e->moment > now + AHEAD || e->moment < now - OLDEST) return ODD;
    if (t[PRODUCT].at) {
        if (e->items) return ODD;
        e->first_item = *used;
        item *one = &items[*used];
        one->product = t[PRODUCT];
        one->quantity = e->quantity < 0 ? 1 : e->quantity;
        one->price = e->price;
        e->items = 1;
    } else if (e->quantity >= 0 || e->price >= 0) {
        return ODD;
    }
    int of_product = e->type == PRODUCT_VIEW || e->type == ADD || e->type == REMOVE;
    int of_money = e->type == PURCHASE || e->type == REFUND, priced = e->revenue >= 0;
    if ((of_product && !e->items) || (e->type == SEARCH && !t[QUERY].at) ||
        (e->type == CUSTOM && !t[NAME].at) || (of_money && e->revenue < 0 && !e->items))
        return ODD;
    int64_t sum = 0;
    for (int i = 0; i < e->items; i++) {
        const item *one = &items[e->first_item + i];
        if (one->price >= 0) {
            priced = 1;
            sum += one->quantity * one->price;
            if (of_money && e->revenue < 0 && sum > MOST_MINOR) return ODD;
            if (sum > MOST_MINOR) sum = 0;
        }
    }
    if (of_money && e->revenue < 0) e->revenue = sum;
    if ((of_money || priced) && !t[CURRENCY].at) t[CURRENCY] = currency;
    t[VISITOR] = t[CUSTOMER].at ? t[CUSTOMER] : t[ANONYMOUS].at ? t[ANONYMOUS] : t[SESSION];
    *used += e->items;
    return GOOD;
}


/* Reads `size` bytes of `body`, at `now` microseconds since 1970, in a shop of `currency`.
 *
 * Returns 0 and writes: told[0] how many events are plain, told[1] how many are odd, told[2] and
 * told[3] the first and the last minute of the plain ones, told[4] where the ids end that begin
 * at byte 14 of `out`, told[5] the size of `out`, told[6] and told[7] the first byte and the size
 * of the envelope's sent_at, if it has one; then of each odd event its position, its first byte
 * and its size. `out`, of at least 3 * size + 200000 bytes, gets the columns of the plain ones as
 * JSON. `told` has room for 8 + 3 * 500. Returns 1 where the body is not plain.
 * One call at a time: what is read lies in one place.
 */
EXPORT int omnix_read_events(const uint8_t *body, long size, int64_t now, const char *currency,
                             uint8_t *out, int64_t *told) {
    reader r = {body, body + size};
    text shop = {(const uint8_t *)currency, 3};
    int plain = 0, odd = 0, position = 0, used = 0, skewed = 0;
    int64_t skew = 0;
    const uint8_t *list = NULL;
    told[2] = told[3] = told[6] = told[7] = 0;
    if (!take(&r, '{')) return 1;
    /* Twice over the envelope: sent_at may stand behind the events. */
    do {
        text key, sent;
        if (plain_text(&r, &key, 40) != GOOD || !take(&r, ':')) return 1;
        if (is(key, "events")) {
            if (list) return 1;
            blank(&r);
            list = r.p;
            if (!skip(&r)) return 1;
        } else if (is(key, "sent_at") && !skewed) {
            if (absent(&r)) continue;
            if (plain_text(&r, &sent, 40) != GOOD || sent.size == 0) return 1;
            skewed = moment_of(sent, &skew) ? 1 : 2;
            skew = now - skew;
            told[6] = sent.at - body;
            told[7] = sent.size;
        } else {
            return 1;
        }
    } while (take(&r, ','));
    if (!take(&r, '}') || !list) return 1;
    blank(&r);
    if (r.p != r.end) return 1;
    r.p = list;
    if (!take(&r, '[') || take(&r, ']')) return 1;
    do {
        if (position == MOST_EVENTS) return 1;
        blank(&r);
        const uint8_t *begin = r.p;
        event *e = &events[plain];
        int one = one_event(&r, e, &used);
        if (one == BROKEN) return 1;
        if (one == GOOD && judged(e, now, skewed, skew, shop, &used) == GOOD) {
            int64_t minute = e->moment / 60000000;
            if (!plain || minute < told[2]) told[2] = minute;
            if (!plain || minute > told[3]) told[3] = minute;
            plain++;
        } else {
            r.p = begin;
            if (!skip(&r)) return 1;
            told[8 + odd * 3] = position;
            told[9 + odd * 3] = begin - body;
            told[10 + odd * 3] = r.p - begin;
            odd++;
        }
        position++;
    } while (take(&r, ','));
    if (!take(&r, ']')) return 1;
    writer w = {out};
    for (unsigned n = 0; n < sizeof columns / sizeof *columns; n++) {
        put(&w, n ? ",\"" : "{\"", 2);
        put(&w, columns[n].name, (long)strlen(columns[n].name));
        put(&w, "\":[", 3);
        put_column(&w, columns[n], plain);
        *w.p++ = ']';
        if (n == 0) told[4] = w.p - out;
    }
    *w.p++ = '}';
    told[0] = plain;
    told[1] = odd;
    told[5] = w.p - out;
    return 0;
}

/* setuptools names the file like an extension module and some linkers insist on its entry
 * point; the library is only ever opened through ctypes. */
EXPORT void *PyInit__reader(void) { return 0; }
