/*
 * C = A x B, float64, little-endian, row by row. The input is A, cut between rows (records:8*K); the shared blob is B, K
 * rows of N numbers; the params are "K N". The value of a leaf is its rows of C, and there is no merge: put one after the
 * other they are C.
 *
 * Each number of C is ((0 + a[0]*b[0]) + a[1]*b[1]) + ..., k ascending, every product and sum rounded to a float64. Blocks
 * change only what else happens in between, so the bytes do not depend on the chunk size or on the blocks.
 */
#include "banyan.h"

#define BLOCK_K 256 /* with PANEL_N: a packed panel of B is 8 KiB and stays in the first-level cache */
#define PANEL_N 4
#define ROWS 2 /* ROWS x PANEL_N sums are as many as fit into the registers of a processor, with what is added to them */

static uint64_t k, n;
static const double *b;
static double panel[BLOCK_K * PANEL_N];

BANYAN_CONFIGURE(params, shared) {
    const char *sentence = "matmul: the params are \"K N\", the columns of A and of B, each 1 to 1000000";
    k = banyan_number(&params, sentence);
    n = banyan_number(&params, sentence);
    banyan_end(params, sentence);
    if (k < 1 || k > 1000000 || n < 1 || n > 1000000) banyan_fail(sentence);

    banyan_bytes blob;
    if (!banyan_next(&shared, &blob)) banyan_fail("matmul: the matrix B is missing; give it with --shared");
    if (blob.length != 8 * k * n) banyan_fail("matmul: the shared matrix B does not have K rows of N float64");
    /* An item of a list may begin anywhere; numbers that begin at a multiple of 8 are faster to load. */
    double *aligned = banyan_allocate(blob.length);
    memcpy(aligned, blob.at, blob.length);
    b = aligned;
}

/* Columns [column, column + PANEL_N) of B, rows [from, to), one row after the other; zeros right of the last column. */
static void pack(uint64_t from, uint64_t to, uint64_t column) {
    double *place = panel;
    for (uint64_t row = from; row < to; row++) {
        for (uint64_t j = column; j < column + PANEL_N; j++) *place++ = j < n ? b[row * n + j] : 0;
    }
}

static inline void addTo(double *c, uint64_t width, double c0, double c1, double c2, double c3) {
    c[0] = c0;
    if (width > 1) c[1] = c1;
    if (width > 2) c[2] = c2;
    if (width > 3) c[3] = c3;
}

/* Adds the next `depth` products to `width` numbers in one row of C. */
static void oneRow(const double *a, uint64_t depth, double *c, uint64_t width) {
    double c0 = c[0], c1 = width > 1 ? c[1] : 0, c2 = width > 2 ? c[2] : 0, c3 = width > 3 ? c[3] : 0;
    const double *p = panel;
    for (const double *end = a + depth; a != end; a++, p += PANEL_N) {
        double x = *a;
        c0 += x * p[0];
        c1 += x * p[1];
        c2 += x * p[2];
        c3 += x * p[3];
    }
    addTo(c, width, c0, c1, c2, c3);
}

/* The same for two rows at once, which halves the loads from the panel. */
static void twoRows(const double *a, uint64_t depth, double *c, uint64_t width) {
    double *d = c + n;
    double c0 = c[0], c1 = width > 1 ? c[1] : 0, c2 = width > 2 ? c[2] : 0, c3 = width > 3 ? c[3] : 0;
    double d0 = d[0], d1 = width > 1 ? d[1] : 0, d2 = width > 2 ? d[2] : 0, d3 = width > 3 ? d[3] : 0;
    const double *p = panel;
    const double *below = a + k;
    for (const double *end = a + depth; a != end; a++, below++, p += PANEL_N) {
        double x = *a, y = *below;
        double p0 = p[0], p1 = p[1], p2 = p[2], p3 = p[3];
        c0 += x * p0;
        c1 += x * p1;
        c2 += x * p2;
        c3 += x * p3;
        d0 += y * p0;
        d1 += y * p1;
        d2 += y * p2;
        d3 += y * p3;
    }
    addTo(c, width, c0, c1, c2, c3);
    addTo(d, width, d0, d1, d2, d3);
}

BANYAN_EXECUTE(input) {
    if (input.length % (8 * k) != 0) banyan_fail("matmul: a chunk is not whole rows of A; use --split records:8*K (8*K as a number)");
    const double *a = (const double *) input.at; /* aligned: it comes from our alloc */
    uint64_t rows = input.length / (8 * k);
    double *c = banyan_allocate(rows * n * 8);
    memset(c, 0, rows * n * 8);

    for (uint64_t from = 0; from < k; from += BLOCK_K) {
        uint64_t to = from + BLOCK_K < k ? from + BLOCK_K : k;
        for (uint64_t column = 0; column < n; column += PANEL_N) {
            uint64_t width = column + PANEL_N < n ? PANEL_N : n - column;
            pack(from, to, column);
            uint64_t row = 0;
            for (; row + ROWS <= rows; row += ROWS) twoRows(a + row * k + from, to - from, c + row * n + column, width);
            for (; row < rows; row++) oneRow(a + row * k + from, to - from, c + row * n + column, width);
        }
    }
    return (banyan_bytes) {(uint8_t *) c, (uint32_t) (rows * n * 8)};
}
