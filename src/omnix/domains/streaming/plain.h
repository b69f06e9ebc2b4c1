/* What is read of JSON here: texts without escapes, whole numbers, moments as nearly everybody
 * writes them. Whatever else there is, is ODD, and BROKEN what does not even end like JSON.
 */
#ifndef OMNIX_PLAIN_H
#define OMNIX_PLAIN_H

#include <stdint.h>
#include <string.h>

#define MOST_DEPTH 64

enum { GOOD, ODD, BROKEN };

typedef struct { const uint8_t *at; long size; } text; /* at is NULL where there is none */
typedef struct {
    const uint8_t *p, *end;
} reader;

static void blank(reader *r) {
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\n' || *r->p == '\r' || *r->p == '\t')) r->p++;
}

static int take(reader *r, uint8_t c) {
    blank(r);
    if (r->p >= r->end || *r->p != c) return 0;
    r->p++;
    return 1;
}

static int literal(reader *r, const char *word) {
    long size = (long)strlen(word);
    if (r->end - r->p < size || memcmp(r->p, word, (size_t)size)) return 0;
    r->p += size;
    return 1;
}

/* A character of more than one byte, well-formed; how many bytes, or 0. */
static int wide(const uint8_t *p, const uint8_t *end) {
    uint8_t c = p[0];
    int size = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    if (c < 0xC2 || c > 0xF4 || end - p < size) return 0;
    for (int i = 1; i < size; i++)
        if ((p[i] & 0xC0) != 0x80) return 0;
    if ((c == 0xE0 && p[1] < 0xA0) || (c == 0xED && p[1] > 0x9F)) return 0;
    if ((c == 0xF0 && p[1] < 0x90) || (c == 0xF4 && p[1] > 0x8F)) return 0;
    return size;
}

/* A text without escapes and control characters, of at most `most` characters. */
static int plain_text(reader *r, text *out, long most) {
    blank(r);
    if (r->p >= r->end || *r->p != '"') return ODD;
    const uint8_t *p = ++r->p, *begin = p;
    long characters = 0;
    for (; p < r->end; characters++) {
        uint8_t c = *p;
        if (c == '"') {
            out->at = begin;
            out->size = p - begin;
            r->p = p + 1;
            return characters <= most ? GOOD : ODD;
        }
        if (c == '\\' || c < 0x20 || c == 0x7F) return ODD;
        if (c < 0x80) {
            p++;
            continue;
        }
        int size = wide(p, r->end);
        if (!size) return BROKEN;
        p += size;
    }
    return BROKEN;
}

static int ends_value(const reader *r) {
    if (r->p >= r->end) return 0;
    uint8_t c = *r->p;
    return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static int whole(reader *r, int64_t *out, int64_t least, int64_t most) {
    blank(r);
    const uint8_t *begin = r->p;
    int64_t value = 0;
    while (r->p < r->end && *r->p >= '0' && *r->p <= '9' && r->p - begin < 16)
        value = value * 10 + (*r->p++ - '0');
    long digits = r->p - begin;
    if (digits == 0 || digits > 15 || (digits > 1 && *begin == '0') || !ends_value(r)) return ODD;
    if (value < least || value > most) return ODD;
    *out = value;
    return GOOD;
}

/* Pass over any value, well-formed or not: who reads it afterwards will know. */
static int skip(reader *r) {
    int depth = 0;
    for (;;) {
        blank(r);
        if (r->p >= r->end) return 0;
        uint8_t c = *r->p;
        if (c == '"') {
            for (r->p++; r->p < r->end && *r->p != '"'; r->p++)
                if (*r->p == '\\') r->p++;
            if (r->p >= r->end) return 0;
            r->p++;
        } else if (c == '{' || c == '[') {
            if (++depth > MOST_DEPTH) return 0;
            r->p++;
            continue;
        } else if (c == '}' || c == ']') {
            if (depth == 0) return 0;
            depth--;
            r->p++;
        } else if (c == ',' || c == ':') {
            if (depth == 0) return 0;
            r->p++;
            continue;
        } else {
            while (r->p < r->end && !ends_value(r) && *r->p != ':' && *r->p != '"' &&
                   *r->p != '{' && *r->p != '[')
                r->p++;
        }
        if (depth == 0) return 1;
    }
}

static int is(text t, const char *word) {
    return t.size == (long)strlen(word) && !memcmp(t.at, word, (size_t)t.size);
}

static int digits(const uint8_t *p, int count) {
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (p[i] < '0' || p[i] > '9') return -1;
        value = value * 10 + (p[i] - '0');
    }
    return value;
}

static int64_t days_of(int year, int month, int day) {
    int64_t y = month <= 2 ? year - 1 : year, era = y / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* RFC 3339 as nearly everybody writes it, to microseconds since 1970. */
static int moment_of(text t, int64_t *out) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const uint8_t *p = t.at, *end = t.at + t.size;
    if (t.size < 20 || p[4] != '-' || p[7] != '-' || p[10] != 'T' || p[13] != ':' || p[16] != ':')
        return 0;
    int year = digits(p, 4), month = digits(p + 5, 2), day = digits(p + 8, 2);
    int hour = digits(p + 11, 2), minute = digits(p + 14, 2), second = digits(p + 17, 2);
    if (year < 1991 || year > 2199 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 ||
        minute < 0 || minute > 59 || second < 0 || second > 59)
        return 0;
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day > lengths[month - 1] + (month == 2 && leap)) return 0;
    int64_t micros = 0;
    p += 19;
    if (*p == '.') {
        int count = 0;
        for (p++; p < end && *p >= '0' && *p <= '9'; p++, count++)
            if (count < 6) micros = micros * 10 + (*p - '0');
        if (count != 3 && count != 6) return 0;
        if (count == 3) micros *= 1000;
    }
    int64_t offset = 0;
    if (end - p == 1 && *p == 'Z') {
        offset = 0;
    } else if (end - p == 6 && (*p == '+' || *p == '-') && p[3] == ':') {
        int hours = digits(p + 1, 2), minutes = digits(p + 4, 2);
        if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return 0;
        offset = (hours * 60 + minutes) * (*p == '-' ? -60 : 60);
    } else {
        return 0;
    }
    int64_t seconds = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    *out = (seconds - offset) * 1000000 + micros;
    return 1;
}

static int has(text t, uint8_t c) { return memchr(t.at, c, (size_t)t.size) != NULL; }

static int absent(reader *r) {
    blank(r);
    return literal(r, "null");
}

#endif
