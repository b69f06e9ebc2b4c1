/* Histogram gradient boosting: one tree a call, so that the caller can tell progress and stop.
 *
 * Features come as bytes, one row in consecutive cache lines, so that a row's whole contribution
 * to the histograms costs one or two memory accesses. Of two children only the smaller one's
 * histogram is summed; the other is the parent's less it. Friedman, Annals of Statistics 29
 * (2001) 1189-1232; Ke et al., "LightGBM", NIPS 30 (2017), for growing by best leaf.
 *
 * Included by kernel.c, whose macros it uses.
 */
#define BINS 64
#define MAX_LEAVES 512
#define MAX_FEATURES 256

typedef float pair __attribute__((vector_size(8)));   /* a row's gradient, hessian */
typedef double sums __attribute__((vector_size(16))); /* of many rows: floats lose small ones */

typedef struct {
    long begin, end; /* of the ordered rows */
    sums total;
    sums *hist;
    double gain;
    int slot, bin, node;
    sums left;
} branch;

typedef struct {
    const unsigned char *bins;
    const int *features;
    long stride, count;
    float ridge, least;
} growth;

/* Whether row i takes part in the tree of this seed: a hash (splitmix64) below `limit`. */
INLINE int in_bag(long i, long seed, unsigned long long limit) {
    unsigned long long z = (unsigned long long)i + (unsigned long long)seed * 4294967291ull;
    z += 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return ((z ^ (z >> 31)) >> 32) < limit;
}

INLINE void sum_rows(const growth *grow, const int *rows, const pair *grad, long begin, long end,
                     sums *hist) {
    const long nf = grow->count;
    memset(hist, 0, sizeof(sums) * (size_t)(nf * BINS));
    for (long i = begin; i < end; i++) {
#if defined(__GNUC__)
        if (i + 12 < end) __builtin_prefetch(grow->bins + (size_t)rows[i + 12] * grow->stride);
#endif
        const unsigned char *b = grow->bins + (size_t)rows[i] * grow->stride;
        const sums p = {grad[i][0], grad[i][1]};
        for (long j = 0; j < nf; j++) hist[j * BINS + b[grow->features[j]]] += p;
    }
}

INLINE void find_split(const growth *grow, branch *at) {
    const double ridge = grow->ridge, least = grow->least;
    const double G = at->total[0], H = at->total[1], base = G * G / (H + ridge);
    at->gain = 0.;
    for (long j = 0; j < grow->count; j++) {
        const sums *hist = at->hist + j * BINS;
        double g = 0., h = 0.;
        for (int b = 0; b < BINS - 1; b++) {
            g += hist[b][0];
            h += hist[b][1];
            if (h < least) continue;
            const double rest = H - h;
            if (rest < least) break;
            const double gain =
                g * g / (h + ridge) + (G - g) * (G - g) / (rest + ridge) - base;
            if (gain > at->gain) {
                at->gain = gain;
                at->slot = (int)j;
                at->bin = b;
                at->left = (sums){g, h};
            }
        }
    }
}

INLINE float leaf_of(const int *feature, const unsigned char *threshold, const int *child,
                     const float *value, const unsigned char *row) {
    int node = 0;
    while (feature[node] >= 0) node = child[2 * node + (row[feature[node]] > threshold[node])];
    return value[node];
}

/* bins [n,stride]; target, weight, score [n]: score is the raw prediction so far and is updated.
 * objective 0: squared error; 1: Poisson with log link. features [nf] those that may be split on.
 * Out, for at most 2 * leaves - 1 nodes, the first of which is the root: feature (-1: leaf),
 * threshold (left where bin <= threshold), child [2 a node], value, gain, and the count of nodes
 * used. */
CLONES EXPORT int omnix_boost_tree(const unsigned char *bins, long n, long stride,
                                   const float *target, const float *weight, float *score,
                                   long objective, const int *features, long nf, long leaves,
                                   float ridge, float least, float rate, float bag, long seed,
                                   int *feature, unsigned char *threshold, int *child,
                                   float *value, float *gain, int *nodes) {
    if (leaves < 2 || leaves > MAX_LEAVES || nf < 1 || nf > MAX_FEATURES || n > 2147483647L)
        return 1;
    int *rows = malloc(sizeof(int) * (size_t)(2 * n + 1));
    pair *grad = malloc(sizeof(pair) * (size_t)(2 * n + 1));
    sums *pool = malloc(sizeof(sums) * (size_t)(leaves * nf * BINS));
    if (!rows || !grad || !pool) {
        free(rows);
        free(grad);
        free(pool);
        return 2;
    }
    int *spare_rows = rows + n;
    pair *spare_grad = grad + n;
    branch tips[MAX_LEAVES];
    const growth grow = {bins, features, stride, nf, ridge, least};
    const unsigned long long limit = (unsigned long long)(bag * 4294967296.);
    long taken = 0;
    double G = 0., H = 0.;
    for (long i = 0; i < n; i++) {
        if (!in_bag(i, seed, limit)) continue;
        float g, h;
        if (objective == 1) {
            const float mean = expf(score[i]);
            g = weight[i] * (mean - target[i]);
            h = weight[i] * mean;
        } else {
            g = weight[i] * (score[i] - target[i]);
            h = weight[i];
        }
        rows[taken] = (int)i;
        grad[taken++] = (pair){g, h};
        G += g;
        H += h;
    }
    long tip_count = 1;
    int used = 1;
    feature[0] = -1;
    tips[0] = (branch){0, taken, {G, H}, pool, 0., 0, 0, 0, {0., 0.}};
    sum_rows(&grow, rows, grad, 0, taken, pool);
    find_split(&grow, &tips[0]);
    while (tip_count < leaves) {
        long best = 0;
        for (long k = 1; k < tip_count; k++)
            if (tips[k].gain > tips[best].gain) best = k;
        branch *at = &tips[best], *to = &tips[tip_count];
        if (at->gain <= 1e-9) break;
        const int f = features[at->slot], bin = at->bin;
        long kept = at->begin, moved = 0;
        for (long i = at->begin; i < at->end; i++) {
            const int right = bins[(size_t)rows[i] * stride + f] > bin;
            const int row = rows[i];
            const pair p = grad[i];
            rows[kept] = row;
            grad[kept] = p;
            spare_rows[moved] = row;
            spare_grad[moved] = p;
            kept += !right;
            moved += right;
        }
        memcpy(rows + kept, spare_rows, sizeof(int) * (size_t)moved);
        memcpy(grad + kept, spare_grad, sizeof(pair) * (size_t)moved);
        const int node = at->node, left = used++, right = used++;
        feature[node] = f;
        threshold[node] = (unsigned char)bin;
        gain[node] = (float)at->gain;
        child[2 * node] = left;
        child[2 * node + 1] = right;
        feature[left] = feature[right] = -1;
        *to = (branch){kept, at->end, at->total - at->left, pool + tip_count * nf * BINS,
                       0., 0, 0, right, {0., 0.}};
        at->end = kept;
        at->total = at->left;
        at->node = left;
        branch *small = at->end - at->begin <= to->end - to->begin ? at : to;
        if (small == at) { /* the parent's histogram stays with the larger child */
            sums *mine = at->hist;
            at->hist = to->hist;
            to->hist = mine;
        }
        sums *large = small == at ? to->hist : at->hist;
        sum_rows(&grow, rows, grad, small->begin, small->end, small->hist);
        for (long k = 0; k < nf * BINS; k++) large[k] -= small->hist[k];
        find_split(&grow, at);
        find_split(&grow, to);
        tip_count++;
    }
    for (long k = 0; k < tip_count; k++) {
        const branch *at = &tips[k];
        const float step = (float)(-rate * at->total[0] / (at->total[1] + ridge));
        value[at->node] = step;
        for (long i = at->begin; i < at->end; i++) score[rows[i]] += step;
    }
    for (long i = 0; taken < n && i < n; i++)
        if (!in_bag(i, seed, limit))
            score[i] += leaf_of(feature, threshold, child, value, bins + (size_t)i * stride);
    *nodes = used;
    free(rows);
    free(grad);
    free(pool);
    return 0;
}

/* Adds the trees' values to score [n]; tree k's nodes begin at first[k]. */
CLONES EXPORT int omnix_boost_predict(const unsigned char *bins, long n, long stride, long trees,
                                      const long *first, const int *feature,
                                      const unsigned char *threshold, const int *child,
                                      const float *value, float *score) {
    for (long a = 0; a < n; a += 256)
        for (long k = 0; k < trees; k++) {
            const long at = first[k];
            for (long i = a; i < n && i < a + 256; i++)
                score[i] += leaf_of(feature + at, threshold + at, child + 2 * at, value + at,
                                    bins + (size_t)i * stride);
        }
    return 0;
}

/* x [n,f] to bins [n,stride]: 0 where x is NaN, else 1 + how many of the feature's 62 edges lie
 * below it. */
CLONES EXPORT int omnix_boost_bins(const float *x, long n, long f, const float *edges, long stride,
                                   unsigned char *bins) {
    for (long i = 0; i < n; i++) {
        const float *row = x + i * f;
        unsigned char *out = bins + (size_t)i * stride;
        for (long j = 0; j < f; j++) {
            const float v = row[j], *e = edges + j * (BINS - 2);
            int low = 0;
            for (int step = 32; step; step >>= 1)
                if (low + step <= BINS - 2 && e[low + step - 1] < v) low += step;
            out[j] = (unsigned char)(v != v ? 0 : 1 + low);
        }
    }
    return 0;
}
