/* Grid smoothing kernels: one series at a time, SIMD across a grid of smoothing parameters.
 *
 * Every lane is one parameter combination, so a whole grid costs little more than one fit and
 * no optimiser is needed; the lanes are then averaged by likelihood weight.
 *
 * Missing observations come as a mask, never as NaN, so the file may be built with any floating
 * point flags; it needs none, since the vectors are explicit. (-ffast-math at link time would
 * switch subnormals off for the whole process.) Hyndman et al., "Forecasting with Exponential
 * Smoothing" (2008), ch. 2; Teunter, Syntetos and Babai, EJOR 214 (2011) for TSB.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 16
#define MAX_LANES 256
#define MAX_SEASON 64

typedef float vec __attribute__((vector_size(4 * WIDTH), aligned(64)));

/* One build serves every x86 machine where the loader can pick a clone; elsewhere the
 * compiler lowers the vectors to whatever the base target has. */
#if defined(__linux__) && defined(__x86_64__) && defined(__GLIBC__) && !defined(__AVX512F__)
#if defined(__clang__) || __GNUC__ < 12
#define CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
#else
#define CLONES
#endif
#define INLINE static inline __attribute__((always_inline))
#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

INLINE vec splat(float x) {
    vec out;
    for (int i = 0; i < WIDTH; i++) out[i] = x;
    return out;
}

typedef struct {
    const float *y;
    const unsigned char *seen;
    long from, to;
    long season; /* period m, 1 for none */
    long warmup; /* observations whose errors are not scored */
    float discount;
    float level0, trend0;
    const float *season0;
} smoothing;

/* Runs `count` vectors of lanes starting at lane `first`; `count` is a compile-time constant
 * at every call so that the states live in registers. Returns the scored weight. */
INLINE float run_ets(const smoothing *s, const int count, long first, const float *alpha,
                     const float *beta, const float *gamma, const float *phi, float *level,
                     float *trend, float *error, float *seasons, long lanes) {
    vec L[4], B[4], E[4], A[4], Bt[4], P[4];
    for (int v = 0; v < count; v++) {
        memcpy(&A[v], alpha + first + v * WIDTH, sizeof(vec));
        memcpy(&Bt[v], beta + first + v * WIDTH, sizeof(vec));
        memcpy(&P[v], phi + first + v * WIDTH, sizeof(vec));
        L[v] = splat(s->level0);
        B[v] = splat(s->trend0);
        E[v] = splat(0.f);
    }
    for (long k = 0; k < s->season; k++)
        for (long i = first; i < first + count * WIDTH; i++) seasons[k * lanes + i] = s->season0[k];
    long k = s->from % s->season, scored = 0;
    float weight = 0.f;
    for (long t = s->from; t < s->to; t++) {
        if (s->seen[t]) {
            const float y = s->y[t];
            const float w = scored++ >= s->warmup ? 1.f : 0.f;
            weight = weight * s->discount + w;
            if (s->season > 1) {
                float *slot = seasons + k * lanes + first;
                for (int v = 0; v < count; v++) {
                    vec G, S;
                    memcpy(&G, gamma + first + v * WIDTH, sizeof(vec));
                    memcpy(&S, slot + v * WIDTH, sizeof(vec));
                    vec pb = P[v] * B[v], lb = L[v] + pb, e = y - lb - S;
                    E[v] = E[v] * s->discount + w * (e * e);
                    L[v] = lb + A[v] * e;
                    B[v] = pb + Bt[v] * e;
                    S += G * e;
                    memcpy(slot + v * WIDTH, &S, sizeof(vec));
                }
            } else {
                for (int v = 0; v < count; v++) {
                    vec pb = P[v] * B[v], lb = L[v] + pb, e = y - lb;
                    E[v] = E[v] * s->discount + w * (e * e);
                    L[v] = lb + A[v] * e;
                    B[v] = pb + Bt[v] * e;
                }
            }
        } else {
            for (int v = 0; v < count; v++) {
                B[v] = P[v] * B[v];
                L[v] = L[v] + B[v];
            }
        }
        if (++k == s->season) k = 0;
    }
    for (int v = 0; v < count; v++) {
        memcpy(level + first + v * WIDTH, &L[v], sizeof(vec));
        memcpy(trend + first + v * WIDTH, &B[v], sizeof(vec));
        memcpy(error + first + v * WIDTH, &E[v], sizeof(vec));
    }
    return weight;
}

/* Softmax of -penalty - half the effective count times log of the mean squared error; lanes
 * that would weigh under 1e-4 are dropped so that the forecast loop stays short. */
INLINE long lane_weights(const float *error, const float *penalty, long lanes, float weight,
                         float sharpness, float floor, float *out) {
    float best = 1e30f, total = 0.f;
    long arg = 0;
    const float effective = sharpness * weight;
    for (long i = 0; i < lanes; i++) {
        float v = penalty[i] + .5f * effective * logf(error[i] / (weight + 1.f) + floor);
        out[i] = v;
        if (v < best) { best = v; arg = i; }
    }
    for (long i = 0; i < lanes; i++) {
        float w = expf(best - out[i]);
        out[i] = w < 1e-4f ? 0.f : w;
        total += out[i];
    }
    for (long i = 0; i < lanes; i++) out[i] /= total;
    return arg;
}

/* y, seen [n,t]; start [n]; level0, trend0 [n]; season0 [n,m]; parameters [lanes].
 * Out: forecast [n,h], level, trend, sigma [n]; best [n] the likeliest lane. */
CLONES EXPORT int omnix_ets_grid(const float *y, const unsigned char *seen, long n, long t,
                                 const int *start, long m, long lanes, const float *alpha,
                                 const float *beta, const float *gamma, const float *phi,
                                 const float *penalty, const float *level0, const float *trend0,
                                 const float *season0, long warmup, float discount,
                                 float sharpness, long h, float *forecast, float *level_out,
                                 float *trend_out, float *sigma, int *best) {
    if (lanes > MAX_LANES || lanes % WIDTH || m < 1 || m > MAX_SEASON) return 1;
    float L[MAX_LANES], B[MAX_LANES], E[MAX_LANES], W[MAX_LANES];
    float *S = malloc(sizeof(float) * (size_t)(m * lanes));
    if (!S) return 2;
    for (long i = 0; i < n; i++) {
        smoothing s = {y + i * t, seen + i * t, start[i], t, m, warmup, discount,
                       level0[i], trend0[i], season0 + i * m};
        float weight = 0.f, square = 0.f;
        long first = 0, count = 0;
        for (; first + 4 * WIDTH <= lanes; first += 4 * WIDTH)
            weight = run_ets(&s, 4, first, alpha, beta, gamma, phi, L, B, E, S, lanes);
        for (; first + 2 * WIDTH <= lanes; first += 2 * WIDTH)
            weight = run_ets(&s, 2, first, alpha, beta, gamma, phi, L, B, E, S, lanes);
        for (; first < lanes; first += WIDTH)
            weight = run_ets(&s, 1, first, alpha, beta, gamma, phi, L, B, E, S, lanes);
        for (long j = s.from; j < t; j++)
            if (s.seen[j]) { square += s.y[j] * s.y[j]; count++; }
        float floor = 1e-6f * square / (count + 1.f) + 1e-30f;
        long arg = lane_weights(E, penalty, lanes, weight, sharpness, floor, W);
        float *f = forecast + i * h, l = 0.f, b = 0.f, e = 0.f;
        for (long q = 0; q < h; q++) f[q] = 0.f;
        for (long j = 0; j < lanes; j++) {
            if (W[j] == 0.f) continue;
            float x = L[j], d = B[j];
            l += W[j] * x;
            b += W[j] * d;
            e += W[j] * E[j];
            for (long q = 0, k = t % m; q < h; q++) {
                d *= phi[j];
                x += d;
                f[q] += W[j] * (x + S[k * lanes + j]);
                if (++k == m) k = 0;
            }
        }
        level_out[i] = l;
        trend_out[i] = b;
        sigma[i] = weight > 0.f ? sqrtf(e / weight) : 0.f;
        best[i] = (int)arg;
    }
    free(S);
    return 0;
}

/* Demand size and demand probability are smoothed apart, the probability on every observed
 * day. Out: mean, probability, size [n]. */
CLONES EXPORT int omnix_tsb_grid(const float *y, const unsigned char *seen, long n, long t,
                                 const int *start, long lanes, const float *alpha_size,
                                 const float *alpha_probability, const float *penalty,
                                 const float *size0, const float *probability0, float discount,
                                 float sharpness, float *mean, float *probability, float *size) {
    if (lanes > MAX_LANES || lanes % WIDTH) return 1;
    float Zs[MAX_LANES], Ps[MAX_LANES], E[MAX_LANES], W[MAX_LANES];
    for (long i = 0; i < n; i++) {
        const float *yi = y + i * t;
        const unsigned char *si = seen + i * t;
        float weight = 0.f, square = 0.f;
        long count = 0;
        for (long j = start[i]; j < t; j++)
            if (si[j]) {
                weight = weight * discount + 1.f;
                square += yi[j] * yi[j];
                count++;
            }
        for (long first = 0; first < lanes; first += 2 * WIDTH) {
            const int two = first + 2 * WIDTH <= lanes;
            vec Z[2], P[2], Q[2], A[2], C[2];
            for (int v = 0; v < 2; v++) {
                Z[v] = splat(size0[i]);
                P[v] = splat(probability0[i]);
                Q[v] = A[v] = C[v] = splat(0.f);
                if (v == 0 || two) {
                    memcpy(&A[v], alpha_size + first + v * WIDTH, sizeof(vec));
                    memcpy(&C[v], alpha_probability + first + v * WIDTH, sizeof(vec));
                }
            }
            for (long j = start[i]; j < t; j++) {
                if (!si[j]) continue;
                const float yt = yi[j];
                if (yt > 0.f) {
                    for (int v = 0; v < 2; v++) {
                        vec e = yt - Z[v] * P[v];
                        Q[v] = Q[v] * discount + e * e;
                        P[v] += C[v] * (1.f - P[v]);
                        Z[v] += A[v] * (yt - Z[v]);
                    }
                } else {
                    for (int v = 0; v < 2; v++) {
                        vec e = Z[v] * P[v];
                        Q[v] = Q[v] * discount + e * e;
                        P[v] -= C[v] * P[v];
                    }
                }
            }
            for (int v = 0; v < 1 + two; v++) {
                memcpy(Zs + first + v * WIDTH, &Z[v], sizeof(vec));
                memcpy(Ps + first + v * WIDTH, &P[v], sizeof(vec));
                memcpy(E + first + v * WIDTH, &Q[v], sizeof(vec));
            }
        }
        float floor = 1e-6f * square / (count + 1.f) + 1e-30f;
        lane_weights(E, penalty, lanes, weight, sharpness, floor, W);
        float mu = 0.f, pr = 0.f, sz = 0.f;
        for (long j = 0; j < lanes; j++) {
            mu += W[j] * Zs[j] * Ps[j];
            pr += W[j] * Ps[j];
            sz += W[j] * Zs[j];
        }
        mean[i] = mu;
        probability[i] = pr;
        size[i] = sz;
    }
    return 0;
}

/* setuptools names the file like an extension module and some linkers insist on its entry
 * point; the library is only ever opened through ctypes. */
EXPORT void *PyInit__kernel(void) { return 0; }

INLINE float capped(float y, float cap) { return y < cap ? y : cap; }

/* values, seen [n,stride]; columns low <= t < cut. Values are zero where not seen.
 * Out [n]: top, total, sales (days with a sale). */
CLONES EXPORT int omnix_row_totals(const float *values, const unsigned char *seen, long n,
                                   long stride, long low, long cut, float *top, double *total,
                                   int *sales, int *observed) {
    for (long i = 0; i < n; i++) {
        const float *y = values + i * stride;
        const unsigned char *s = seen + i * stride;
        float most = 0.f;
        float sum[WIDTH] = {0};
        int sold = 0, days = 0;
        long t = low;
        for (; t + WIDTH <= cut; t += WIDTH)
            for (int v = 0; v < WIDTH; v++) {
                sum[v] += y[t + v];
                most = most > y[t + v] ? most : y[t + v];
                sold += y[t + v] > 0.f;
                days += s[t + v];
            }
        double all = 0.;
        for (; t < cut; t++) {
            all += y[t];
            most = most > y[t] ? most : y[t];
            sold += y[t] > 0.f;
            days += s[t];
        }
        for (int v = 0; v < WIDTH; v++) all += sum[v];
        top[i] = most;
        total[i] = all;
        sales[i] = sold;
        observed[i] = days;
    }
    return 0;
}

/* First two moments over recent <= t < cut and faded sums by slot t % m over the last
 * `window` columns. Out: total, square [n]; count, sales [n]; sums, days [n,m]. */
CLONES EXPORT int omnix_row_moments(const float *values, const unsigned char *seen, long n,
                                    long stride, long recent, long cut, const float *caps,
                                    const float *fade, long window, long m, double *total,
                                    double *square, int *count, int *sales, double *sums,
                                    double *days) {
    for (long i = 0; i < n; i++) {
        const float *y = values + i * stride, cap = caps[i];
        const unsigned char *s = seen + i * stride;
        float one[WIDTH] = {0}, two[WIDTH] = {0};
        int sold = 0, there = 0;
        double a = 0., b = 0.;
        long t = recent;
        for (; t + WIDTH <= cut; t += WIDTH)
            for (int v = 0; v < WIDTH; v++) {
                float x = capped(y[t + v], cap);
                one[v] += x;
                two[v] += x * x;
                sold += x > 0.f;
                there += s[t + v];
            }
        for (; t < cut; t++) {
            float x = capped(y[t], cap);
            a += x;
            b += (double)x * x;
            sold += x > 0.f;
            there += s[t];
        }
        for (int v = 0; v < WIDTH; v++) {
            a += one[v];
            b += two[v];
        }
        total[i] = a;
        square[i] = b;
        count[i] = there;
        sales[i] = sold;
        double *sum = sums + i * m, *day = days + i * m;
        for (long k = 0; k < m; k++) sum[k] = day[k] = 0.;
        t = cut - window;
        for (long j = 0, k = t % m; j < window; j++, t++) {
            sum[k] += fade[j] * capped(y[t], cap);
            day[k] += fade[j] * s[t];
            if (++k == m) k = 0;
        }
    }
    return 0;
}

/* Daily sums by group of units sold, units expected and units expected with the weekday,
 * each series divided by its dispersion. weekday [n,m] with slot t % m; level, scale, group [n].
 * Adds to sold, expected, shaped [groups, cut - low]. */
CLONES EXPORT int omnix_group_index(const float *values, const unsigned char *seen, long n,
                                    long stride, long low, long cut, const float *caps,
                                    const float *weekday, long m, const float *level,
                                    const float *scale, const int *group, double *sold,
                                    double *expected, double *shaped) {
    const long width = cut - low;
    float *factor = malloc(sizeof(float) * (size_t)(width + 1));
    if (!factor) return 2;
    for (long i = 0; i < n; i++) {
        const float *y = values + i * stride + low, cap = caps[i];
        const unsigned char *s = seen + i * stride + low;
        const float inverse = 1.f / scale[i], base = level[i] / scale[i];
        double *a = sold + group[i] * width, *b = expected + group[i] * width,
               *c = shaped + group[i] * width;
        for (long t = 0, k = low % m; t < width; t++) {
            factor[t] = weekday[i * m + k];
            if (++k == m) k = 0;
        }
        for (long t = 0; t < width; t++) {
            const float e = s[t] * base;
            a[t] += capped(y[t], cap) * inverse;
            b[t] += e;
            c[t] += e * factor[t];
        }
    }
    free(factor);
    return 0;
}

/* Divide the history of the listed rows by weekday times the group's shared factor, and give
 * the factors of the horizon. Days whose factor is under `smallest` teach nothing and are
 * marked unseen. shared [groups, cut - low + h] starts at column low.
 * Out: y, used [rows, cut - first]; future [rows,h]; units, sales, count [rows] of the first
 * `early` used days. */
CLONES EXPORT int omnix_adjust(const float *values, const unsigned char *seen, long stride,
                               const long *rows, long n, long low, long first, long cut, long h,
                               const float *caps, const float *weekday, long m,
                               const float *shared, const int *group, float smallest, long early,
                               float *y_out, unsigned char *used, float *future, float *units,
                               int *sales, int *count) {
    const long width = cut - first;
    float *factor = malloc(sizeof(float) * (size_t)(width + h + 1));
    if (!factor) return 2;
    for (long i = 0; i < n; i++) {
        const long row = rows[i];
        const float *y = values + row * stride + first, cap = caps[row];
        const unsigned char *s = seen + row * stride + first;
        const float *g = shared + group[row] * (cut - low + h) + (first - low);
        float *o = y_out + i * width;
        unsigned char *u = used + i * width;
        for (long t = 0, k = first % m; t < width + h; t++) {
            factor[t] = weekday[row * m + k] * g[t];
            if (++k == m) k = 0;
        }
        for (long t = 0; t < width; t++) {
            const float f = factor[t] > smallest ? factor[t] : smallest;
            const unsigned char ok = s[t] & (factor[t] > smallest);
            o[t] = ok ? capped(y[t], cap) / f : 0.f;
            u[t] = ok;
        }
        memcpy(future + i * h, factor + width, sizeof(float) * (size_t)h);
        float sum = 0.f;
        int sold = 0, days = 0;
        for (long t = 0; t < width && days < early; t++) {
            if (!u[t]) continue;
            days++;
            sum += o[t];
            sold += o[t] > 0.f;
        }
        units[i] = sum;
        sales[i] = sold;
        count[i] = days;
    }
    free(factor);
    return 0;
}

#include "boost.c"
