/*
 * The ten lines of a text that come closest to a query.
 *
 * The exact rule, so that another implementation can answer with the same bytes:
 *
 *   Query   The params, 1 to 256 bytes, taken as they are (a line feed at their end is part of them).
 *   Lines   The text is cut after each LF. The LF does not belong to the line; a CR before it does. Bytes after the last
 *           LF are a line too, unless there are none. Lines are bytes, in no encoding.
 *   Score   Smith-Waterman local alignment of line and query, byte against byte: match +2, mismatch -1, and -1 for each
 *           byte that is skipped in the line or in the query (linear gaps). With h(i,0) = h(0,j) = 0,
 *             h(i,j) = max(0, h(i-1,j-1) + (line[i] = query[j] ? 2 : -1), h(i-1,j) - 1, h(i,j-1) - 1),
 *           and the score is the largest h(i,j) over the whole line, however long. It is at most 2 * 256.
 *   TEXT    The first 200 bytes of the line, or all of it.
 *   Order   Score descending, then TEXT ascending by unsigned bytes, a TEXT before those that it is the beginning of.
 *   Answer  The first ten lines of the text in this order, each as score in decimal, TAB, TEXT, LF. Lines with score 0
 *           are left out. Equal lines stay, each for itself. No line: an answer of zero bytes.
 *   Merge   The first ten of all lines of the values, in the same order. It knows scores and TEXTs only, and so does the
 *           order; that is why it does not matter how leaves are grouped.
 */
#include "banyan.h"

#define QUERY_BYTES_MAX 256
#define TEXT_BYTES_MAX 200
#define ANSWER_LINES_MAX 10

/* One column of the table, and the query, a cell and a byte of it beside each other: two loads from one cache line. */
typedef struct {
    int32_t score; /* h(i,j) for the last line byte i that was worked on */
    int32_t byte;  /* query[j]; 256, which matches nothing, in the cell that makes the number even */
} Cell;

static Cell column[QUERY_BYTES_MAX];
static uint32_t columnLength; /* even */

BANYAN_CONFIGURE(params, shared) {
    if (params.length < 1 || params.length > QUERY_BYTES_MAX) banyan_fail("fuzzy-search: the params are the query and must have 1 to 256 bytes");
    for (uint32_t j = 0; j < params.length; j++) column[j].byte = params.at[j];
    columnLength = params.length;
    if (columnLength % 2 == 1) column[columnLength++].byte = 256;
}

static inline int32_t max(int32_t a, int32_t b) { return a > b ? a : b; }

/*
 * The score of one line. Almost all time goes by in here.
 *
 * Four bytes of the line walk along the query together, so that a cell of the column is loaded and stored once for four
 * h(i,j), and what lies between stays in locals. A host pays for each turn of a loop (it counts fuel, it asks whether to
 * stop), so a turn takes two query bytes, that is eight cells.
 *
 * Where the line, or the query, ends in the middle of such a block, bytes that match nothing fill it up. Their cells are
 * less than a neighbour or 0, so they cannot change the largest one.
 */
static int32_t scoreOf(banyan_bytes line) {
    for (uint32_t j = 0; j < columnLength; j++) column[j].score = 0;
    int32_t best = 0;
    for (uint32_t i = 0; i < line.length; i += 4) {
        int32_t byte0 = line.at[i];
        int32_t byte1 = i + 1 < line.length ? line.at[i + 1] : -1;
        int32_t byte2 = i + 2 < line.length ? line.at[i + 2] : -1;
        int32_t byte3 = i + 3 < line.length ? line.at[i + 3] : -1;

        /* h of the column to the left, that is of query[j-1], for the line byte before the four and for each of them. */
        int32_t left = 0, left0 = 0, left1 = 0, left2 = 0, left3 = 0;

        /*
         * h = max(1, diagonal + (match ? 3 : 0), left, above) - 1, the same as above with one subtraction for all.
         */
#define CELL(h, byteI, diagonal, left, above)                                                                          \
    int32_t h = max(max((diagonal) + (query == (byteI) ? 3 : 0), 1), max(left, above)) - 1;                            \
    best = max(best, h);
#define STEP(cell)                                                                                                     \
    {                                                                                                                  \
        int32_t query = (cell)->byte;                                                                                  \
        int32_t above = (cell)->score;                                                                                 \
        CELL(h0, byte0, left, left0, above)                                                                            \
        CELL(h1, byte1, left0, left1, h0)                                                                              \
        CELL(h2, byte2, left1, left2, h1)                                                                              \
        CELL(h3, byte3, left2, left3, h2)                                                                              \
        (cell)->score = h3;                                                                                            \
        left = above, left0 = h0, left1 = h1, left2 = h2, left3 = h3;                                                  \
    }
        Cell *end = column + columnLength;
        for (Cell *cell = column; cell != end; cell += 2) {
            STEP(cell)
            STEP(cell + 1)
        }
    }
    return best;
}

/* A line of the answer. */
typedef struct {
    uint32_t score;
    banyan_bytes text;
} Found;

static Found found[ANSWER_LINES_MAX + 1]; /* Ordered; one more than is kept, for the one that comes in. */
static uint32_t foundCount;

static bool isBefore(Found left, Found right) {
    if (left.score != right.score) return left.score > right.score;
    return banyan_compare(left.text, right.text) < 0;
}

static void offer(Found line) {
    if (line.score == 0) return;
    if (foundCount == ANSWER_LINES_MAX && !isBefore(line, found[foundCount - 1])) return;
    uint32_t place = foundCount;
    for (; place > 0 && isBefore(line, found[place - 1]); place--) found[place] = found[place - 1];
    found[place] = line;
    if (foundCount < ANSWER_LINES_MAX) foundCount++;
}

static banyan_bytes answer(void) {
    banyan_buffer answer = {0};
    for (uint32_t i = 0; i < foundCount; i++) {
        banyan_put_decimal(&answer, found[i].score);
        banyan_put_byte(&answer, '\t');
        banyan_put(&answer, found[i].text);
        banyan_put_byte(&answer, '\n');
    }
    return banyan_result(&answer);
}

BANYAN_EXECUTE(input) {
    for (banyan_bytes line; banyan_next_line(&input, &line);) {
        uint32_t score = (uint32_t) scoreOf(line);
        if (line.length > TEXT_BYTES_MAX) line.length = TEXT_BYTES_MAX;
        offer((Found) {score, line});
    }
    return answer();
}

BANYAN_MERGE(values) {
    for (banyan_bytes value; banyan_next(&values, &value);) {
        for (banyan_bytes line; banyan_next_line(&value, &line);) {
            uint32_t score = (uint32_t) banyan_number(&line, "fuzzy-search: a value to be merged has a line without a score");
            if (line.length == 0) banyan_fail("fuzzy-search: a value to be merged has a line without a tab");
            offer((Found) {score, {line.at + 1, line.length - 1}});
        }
    }
    return answer();
}
