/* The inner loops of marks.py over the same arrays, and the hash of many keys in one call.
 *
 * BLAKE2b: Saarinen and Aumasson, RFC 7693 (2015).
 */
#include <stdint.h>
#include <string.h>

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

#define WIDTH 8
#define BYTES 12
#define BLOCK 128

static const uint64_t start[8] = {
    0x6a09e667f3bcc908ULL, 0xbb67ae8584caa73bULL, 0x3c6ef372fe94f82bULL, 0xa54ff53a5f1d36f1ULL,
    0x510e527fade682d1ULL, 0x9b05688c2b3e6c1fULL, 0x1f83d9abfb41bd6bULL, 0x5be0cd19137e2179ULL};
static const uint8_t order[12][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3}};

static uint64_t word(const uint8_t *p) {
    uint64_t made = 0;
    for (int i = 7; i >= 0; i--) made = made << 8 | p[i];
    return made;
}

static uint64_t turned(uint64_t x, int by) { return x >> by | x << (64 - by); }

#define MIX(a, b, c, d, x, y)                                                       \
    v[a] += v[b] + (x), v[d] = turned(v[d] ^ v[a], 32), v[c] += v[d],               \
    v[b] = turned(v[b] ^ v[c], 24), v[a] += v[b] + (y),                             \
    v[d] = turned(v[d] ^ v[a], 16), v[c] += v[d], v[b] = turned(v[b] ^ v[c], 63)

static void compress(uint64_t *h, const uint8_t *block, uint64_t counted, int last) {
    uint64_t v[16], m[16];
    for (int i = 0; i < 8; i++) v[i] = h[i], v[i + 8] = start[i];
    v[12] ^= counted;
    if (last) v[14] = ~v[14];
    for (int i = 0; i < 16; i++) m[i] = word(block + 8 * i);
    for (int r = 0; r < 12; r++) {
        const uint8_t *s = order[r];
        MIX(0, 4, 8, 12, m[s[0]], m[s[1]]);
        MIX(1, 5, 9, 13, m[s[2]], m[s[3]]);
        MIX(2, 6, 10, 14, m[s[4]], m[s[5]]);
        MIX(3, 7, 11, 15, m[s[6]], m[s[7]]);
        MIX(0, 5, 10, 15, m[s[8]], m[s[9]]);
        MIX(1, 6, 11, 12, m[s[10]], m[s[11]]);
        MIX(2, 7, 8, 13, m[s[12]], m[s[13]]);
        MIX(3, 4, 9, 14, m[s[14]], m[s[15]]);
    }
    for (int i = 0; i < 8; i++) h[i] ^= v[i] ^ v[i + 8];
}

/* The marks of `keys`, of `size` bytes with a zero byte between one and the next, one after the
 * other into `out`; `person` is 16 bytes. */
EXPORT void omnix_marks_of(const uint8_t *keys, long size, const uint8_t *person, uint8_t *out) {
    const uint8_t *end = keys + size;
    for (;;) {
        const uint8_t *stop = memchr(keys, 0, (size_t)(end - keys));
        uint64_t left = (uint64_t)((stop ? stop : end) - keys), counted = 0, h[8];
        uint8_t block[BLOCK];
        for (int i = 0; i < 8; i++) h[i] = start[i];
        h[0] ^= 0x01010000 ^ BYTES;
        h[6] ^= word(person);
        h[7] ^= word(person + 8);
        for (; left > BLOCK; left -= BLOCK, keys += BLOCK)
            compress(h, keys, counted += BLOCK, 0);
        memset(block, 0, BLOCK);
        memcpy(block, keys, left);
        compress(h, block, counted + left, 1);
        for (int i = 0; i < BYTES; i++) *out++ = (uint8_t)(h[i / 8] >> (8 * (i % 8)));
        if (!stop) return;
        keys = stop + 1;
    }
}

/* The place of a mark, in its bucket or one behind it; -1 where it is not there, and `room` is
 * the bucket that it would be put into. */
static int64_t find(const uint64_t *first, const uint64_t *rest, const int64_t *held, uint64_t mask,
                    uint64_t one, uint32_t last, uint64_t *room) {
    for (uint64_t bucket = one & mask;; bucket = (bucket + 1) & mask) {
        const uint64_t *f = first + bucket * WIDTH, *r = rest + bucket * WIDTH;
        for (int64_t i = 0; i < held[bucket]; i++)
            if (f[i] == one && (uint32_t)r[i] == last) return (int64_t)(bucket * WIDTH) + i;
        if (held[bucket] < WIDTH) {
            *room = bucket;
            return -1;
        }
    }
}

/* ends[n] is when mark n ends, 0 if it is not there. */
EXPORT void omnix_marks_ends(const uint64_t *first, const uint64_t *rest, const int64_t *held,
                             uint64_t mask, const uint64_t *one, const uint64_t *last, long count,
                             uint64_t *ends) {
    for (long n = 0; n < count; n++) {
        uint64_t room = 0;
        int64_t at = find(first, rest, held, mask, one[n], (uint32_t)last[n], &room);
        ends[n] = at < 0 ? 0 : rest[at] >> 32;
    }
}

/* Put marks in, or what is new of them in place of what was; how many were not there. */
EXPORT long omnix_marks_put(uint64_t *first, uint64_t *rest, int64_t *held, uint64_t mask,
                            const uint64_t *one, const uint64_t *whole, long count) {
    long added = 0;
    for (long n = 0; n < count; n++) {
        uint64_t room = 0;
        int64_t at = find(first, rest, held, mask, one[n], (uint32_t)whole[n], &room);
        if (at < 0) {
            at = (int64_t)(room * WIDTH) + held[room]++;
            first[at] = one[n];
            added++;
        }
        rest[at] = whole[n];
    }
    return added;
}

/* setuptools names the file like an extension module and some linkers insist on its entry
 * point; the library is only ever opened through ctypes. */
EXPORT void *PyInit__marks(void) { return 0; }
