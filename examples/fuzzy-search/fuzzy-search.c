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

/*
 * Eight bytes of the line walk along the query together, each one query byte behind the one before it, so that what a cell
 * needs of its neighbours is always there already:
 *
 *               query  j-7 j-6 j-5 j-4 j-3 j-2 j-1  j
 *     line[i]                                       #      The cells # are worked on in one step. The cell to the left
 *     line[i+1]                                 #          of each, and the one above it, were worked on in the step
 *     line[i+2]                             #              before; the one on the diagonal in the step before that.
 *     ...
 *     line[i+7]  #
 *
 * The eight scores live in two numbers of 64 bits, 16 bits each, line[i] lowest ("SIMD within a register": the profile has no
 * SIMD). So most of the table never exists: a step loads one score from the column that the rows above left, and stores one.
 * It has no branch but one that is hardly ever taken, and so costs the same whatever the text is like.
 *
 * Scores are at most 512. The top bit of a lane is free, and a comparison is a subtraction that leaves its answer there.
 */
typedef uint64_t Lanes;

#define EACH(number) ((number) * 0x0001000100010001ull)
#define TOP EACH(0x8000ull)
#define BELOW_TOP EACH(0x7fffull)
#define ROWS 8

#define NO_QUERY_BYTE 256 /* Two numbers that no byte has, and that differ: */
#define NO_LINE_BYTE 512  /* outside query and line nothing matches, so cells there are too small to matter. */

static uint32_t queryLength;

/* The query backwards, since the row below stands one byte further left, with ROWS times no byte on both sides. */
static uint16_t backwards[ROWS + QUERY_BYTES_MAX + ROWS];

/* h of the last row so far, for query[j] at [ROWS + j]; before it and after it there is room for cells outside the query. */
static uint16_t column[ROWS + QUERY_BYTES_MAX + ROWS];

BANYAN_CONFIGURE(params, shared) {
    if (params.length < 1 || params.length > QUERY_BYTES_MAX) banyan_fail("fuzzy-search: the params are the query and must have 1 to 256 bytes");
    queryLength = params.length;
    for (uint32_t i = 0; i < ROWS + queryLength + ROWS; i++) backwards[i] = NO_QUERY_BYTE;
    for (uint32_t j = 0; j < queryLength; j++) backwards[ROWS + queryLength - 1 - j] = params.at[j];
}

/* In each lane the larger one. Where a >= b the top bit survives the subtraction; it becomes a mask for the difference. */
static inline Lanes larger(Lanes a, Lanes b) {
    Lanes difference = (a | TOP) - b;
    Lanes isLarger = difference & TOP;
    return b + (difference & (isLarger - (isLarger >> 15)));
}

/* The same as in the rule, with one subtraction for all: max(1, diagonal + (match ? 3 : 0), left, above) - 1. */
static inline Lanes cells(Lanes query, Lanes line, Lanes diagonal, Lanes left, Lanes above) {
    Lanes match = (TOP - (query ^ line)) & TOP; /* The top bit stays only if nothing is subtracted. */
    Lanes score = larger(larger(diagonal + (match >> 15 | match >> 14), left), above);
    return score - ((score + BELOW_TOP & TOP) >> 15); /* one less, unless it is 0 */
}

static inline Lanes fourBytes(banyan_bytes line, uint32_t i) {
    Lanes bytes = 0;
    for (uint32_t row = 0; row < 4; row++) bytes |= (Lanes) (i + row < line.length ? line.at[i + row] : NO_LINE_BYTE) << 16 * row;
    return bytes;
}

/* The score of one line. Almost all time goes by in here. */
static uint32_t scoreOf(banyan_bytes line) {
    memset(column, 0, sizeof column);
    Lanes best = 0, roomAbove = BELOW_TOP; /* A score that is larger than the best, added to this, reaches the top bit. */
    for (uint32_t i = 0; i < line.length; i += ROWS) {
        Lanes upperLine = fourBytes(line, i), lowerLine = fourBytes(line, i + 4);
        Lanes upper = 0, lower = 0, upperDiagonal = 0, lowerDiagonal = 0;

        uint16_t *cell = column + ROWS;
        const uint16_t *query = backwards + ROWS + queryLength - 1;
        for (; query != backwards; query--, cell++) { /* The last row starts seven steps late, and ends so. */
            Lanes aboveUpper = upper << 16 | *cell;
            Lanes aboveLower = lower << 16 | upper >> 48;
            upper = cells(banyan_u64((const uint8_t *) query), upperLine, upperDiagonal, upper, aboveUpper);
            lower = cells(banyan_u64((const uint8_t *) (query + 4)), lowerLine, lowerDiagonal, lower, aboveLower);
            upperDiagonal = aboveUpper;
            lowerDiagonal = aboveLower;
            cell[1 - ROWS] = (uint16_t) (lower >> 48);

            if (((upper + roomAbove) | (lower + roomAbove)) & TOP) {
                best = larger(best, larger(upper, lower));
                best = larger(best, best << 32 | best >> 32); /* Now the largest of all lanes goes into all lanes. */
                best = larger(best, best << 16 | best >> 48);
                roomAbove = BELOW_TOP - best;
            }
        }
    }
    return (uint32_t) (best & 0xffff);
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
        uint32_t score = scoreOf(line);
        if (line.length > TEXT_BYTES_MAX) line.length = TEXT_BYTES_MAX;
        offer((Found) {score, line});
    }
    return answer();
}

BANYAN_MERGE(values) {
    for (banyan_bytes value; banyan_next(&values, &value);) {
        for (banyan_bytes line; banyan_next_line(&value, &line);) {
            uint32_t score = (uint32_t) banyan_number(&line, "fuzzy-search: a value to be merged has a line without a score");
            if (line.length == 0 || line.at[0] != '\t') banyan_fail("fuzzy-search: a value to be merged has a line without a tab");
            offer((Found) {score, {line.at + 1, line.length - 1}});
        }
    }
    return answer();
}
