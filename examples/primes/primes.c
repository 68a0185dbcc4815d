/*
 * How many primes are below N. The params are N in decimal; leaf k counts those p with k*N/C <= p < (k+1)*N/C (quotients
 * rounded down) by a segmented sieve of Eratosthenes over the odd numbers; merge adds.
 */
#include "banyan.h"

#define LIMIT 10000000000000ull /* 10^13: a leaf then sieves with 227 000 primes, which take 4 MB */
#define SEGMENT 32768 /* odd numbers, a byte each: as much as a first-level cache holds */

static uint64_t limit;
static uint8_t composite[SEGMENT]; /* 1 where it is known; byte i stands for the odd number first + 2*i */

BANYAN_CONFIGURE(params, shared) {
    const char *sentence = "primes: the params are N, a number up to 10000000000000";
    limit = banyan_number(&params, sentence);
    banyan_end(params, sentence);
    if (limit > LIMIT) banyan_fail(sentence);
}

/* An odd prime, and where in the current segment its next odd multiple stands; beyond the segment's end if in a later one. */
typedef struct {
    uint32_t prime;
    uint64_t next;
} Siever;

/* All odd primes up to the root of `end`, by a plain sieve. */
static Siever *sievers;
static uint32_t sieverCount;

static void findSievers(uint64_t end, uint64_t firstOdd) {
    uint32_t root = (uint32_t) __builtin_sqrt((double) end) + 1; /* an instruction of Wasm; one too many does no harm */
    uint32_t odds = root / 2 + 1; /* byte i stands for 2*i + 1 */
    uint8_t *crossed = banyan_allocate(odds);
    memset(crossed, 0, odds);
    uint32_t count = 0;
    for (uint32_t i = 1; 2 * i + 1 <= root; i++) {
        if (crossed[i]) continue;
        count++;
        uint32_t prime = 2 * i + 1;
        for (uint64_t m = (uint64_t) prime * prime / 2; m < odds; m += prime) crossed[m] = 1;
    }
    sievers = BANYAN_ARRAY(Siever, count);
    for (uint32_t i = 1; 2 * i + 1 <= root; i++) {
        if (crossed[i]) continue;
        uint64_t prime = 2 * i + 1;
        uint64_t multiple = (firstOdd + prime - 1) / prime * prime;
        if (multiple % 2 == 0) multiple += prime;
        if (multiple < prime * prime) multiple = prime * prime; /* Smaller ones have a smaller factor, or are the prime. */
        sievers[sieverCount++] = (Siever) {(uint32_t) prime, (multiple - firstOdd) / 2};
    }
}

/* The primes among the odd numbers first, first + 2, … of which there are `count`, at most SEGMENT. */
static uint64_t primesInSegment(uint32_t count) {
    memset(composite, 0, count);
    for (uint32_t s = 0; s < sieverCount; s++) {
        uint64_t i = sievers[s].next;
        uint32_t prime = sievers[s].prime;
        if (i < count) {
            uint32_t at = (uint32_t) i;
            for (; at < count; at += prime) composite[at] = 1;
            i = at;
        }
        sievers[s].next = i - count;
    }
    uint64_t crossed = 0;
    for (uint32_t i = 0; i < count; i++) crossed += composite[i];
    return count - crossed;
}

BANYAN_LEAF(leaf) {
    uint64_t from = banyan_share(leaf.index, leaf.count, limit);
    uint64_t to = banyan_share(leaf.index + 1, leaf.count, limit);
    uint64_t primes = from <= 2 && 2 < to ? 1 : 0;

    uint64_t first = from < 3 ? 3 : from | 1; /* Below three there is only two, and one is none. */
    if (first < to) {
        uint64_t odds = (to - first + 1) / 2;
        findSievers(to, first);
        for (uint64_t done = 0; done < odds; done += SEGMENT) {
            primes += primesInSegment((uint32_t) (odds - done < SEGMENT ? odds - done : SEGMENT));
        }
    }
    return banyan_decimal_line(primes);
}

BANYAN_MERGE(values) {
    uint64_t primes = 0;
    for (banyan_bytes value; banyan_next(&values, &value);) {
        primes += banyan_number(&value, "primes: a value to be merged is not a number");
    }
    return banyan_decimal_line(primes);
}
