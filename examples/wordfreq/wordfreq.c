/*
 * How often each word occurs. Words are maximal runs of bytes other than space, \t, \n, \v, \f and \r, and case counts.
 * The value is one line "word count\n" for each word, in the order of the words' unsigned bytes.
 */
#include "banyan.h"

typedef struct {
    banyan_bytes word; /* In the input: words are never copied until the answer is written. */
    uint32_t hash;
    uint32_t count;
    uint64_t prefix; /* The first eight bytes as a big-endian number, zeros after the end: most comparisons need no more. */
} Entry;

static Entry *entries;
static uint32_t entryCount, entryRoom;

/* An open hash table of entry numbers + 1, 0 where free; a power of two, never more than half full. */
static uint32_t *slots;
static uint32_t slotMask;

static void growTable(void) {
    uint32_t slotCount = entryRoom == 0 ? 2048 : entryRoom * 4;
    Entry *grown = BANYAN_ARRAY(Entry, slotCount / 2);
    memcpy(grown, entries, entryCount * sizeof(Entry));
    entries = grown;
    entryRoom = slotCount / 2;

    slots = BANYAN_ARRAY(uint32_t, slotCount);
    memset(slots, 0, slotCount * sizeof(uint32_t));
    slotMask = slotCount - 1;
    for (uint32_t i = 0; i < entryCount; i++) {
        uint32_t slot = entries[i].hash & slotMask;
        while (slots[slot] != 0) slot = (slot + 1) & slotMask;
        slots[slot] = i + 1;
    }
}

static void countWord(banyan_bytes word, uint32_t hash) {
    uint32_t slot = hash & slotMask;
    for (; slots[slot] != 0; slot = (slot + 1) & slotMask) {
        Entry *entry = &entries[slots[slot] - 1];
        if (entry->hash == hash && entry->word.length == word.length && memcmp(entry->word.at, word.at, word.length) == 0) {
            entry->count++;
            return;
        }
    }
    if (entryCount == entryRoom) {
        growTable();
        countWord(word, hash);
        return;
    }
    entries[entryCount] = (Entry) {word, hash, 1, 0};
    slots[slot] = ++entryCount;
}

static uint64_t prefixOf(banyan_bytes word) {
    uint64_t prefix = 0;
    for (uint32_t i = 0; i < 8; i++) prefix = prefix << 8 | (i < word.length ? word.at[i] : 0);
    return prefix;
}

static bool isAfter(const Entry *left, const Entry *right) {
    if (left->prefix != right->prefix) return left->prefix > right->prefix;
    return banyan_compare(left->word, right->word) > 0; /* Zeros in words, or words that differ after eight bytes. */
}

/* Merge sort from the bottom: no recursion, and no input that makes it slow. Returns the sorted one of the two arrays. */
static Entry **sorted(Entry **from, Entry **to, uint32_t count) {
    for (uint64_t width = 1; width < count; width *= 2) {
        for (uint64_t start = 0; start < count; start += 2 * width) {
            uint64_t middle = start + width < count ? start + width : count;
            uint64_t end = start + 2 * width < count ? start + 2 * width : count;
            uint64_t left = start, right = middle;
            for (uint64_t k = start; k < end; k++) {
                bool takeRight = left == middle || (right < end && isAfter(from[left], from[right]));
                to[k] = takeRight ? from[right++] : from[left++];
            }
        }
        Entry **swap = from;
        from = to;
        to = swap;
    }
    return from;
}

BANYAN_EXECUTE(input) {
    growTable();
    for (uint32_t i = 0; i < input.length;) {
        if (banyan_is_blank(input.at[i])) {
            i++;
            continue;
        }
        uint32_t first = i;
        uint32_t hash = 2166136261u; /* FNV-1a */
        for (; i < input.length && !banyan_is_blank(input.at[i]); i++) hash = (hash ^ input.at[i]) * 16777619u;
        /* The table takes the low bits, and FNV-1a leaves the last byte's mark mostly there: stir the high ones in. */
        countWord((banyan_bytes) {input.at + first, i - first}, hash ^ hash >> 15);
    }

    Entry **order = BANYAN_ARRAY(Entry *, entryCount);
    for (uint32_t i = 0; i < entryCount; i++) {
        entries[i].prefix = prefixOf(entries[i].word);
        order[i] = &entries[i];
    }
    order = sorted(order, BANYAN_ARRAY(Entry *, entryCount), entryCount);

    banyan_buffer answer = {0};
    for (uint32_t i = 0; i < entryCount; i++) {
        banyan_put(&answer, order[i]->word);
        banyan_put_byte(&answer, ' ');
        banyan_put_decimal(&answer, order[i]->count);
        banyan_put_byte(&answer, '\n');
    }
    return banyan_result(&answer);
}

/* One child's list: the line that it stands at, and what comes after. */
typedef struct {
    banyan_bytes rest;
    banyan_bytes word;
    uint64_t count;
} Run;

static bool nextLine(Run *run) {
    banyan_bytes line;
    if (!banyan_next_line(&run->rest, &line)) return false;
    uint32_t space = 0;
    while (space < line.length && line.at[space] != ' ') space++;
    run->word = (banyan_bytes) {line.at, space};
    line = (banyan_bytes) {line.at + space, line.length - space};
    run->count = banyan_number(&line, "wordfreq: a value to be merged has a line without a count");
    return true;
}

/* Lets the run at `i` sink to its place in a heap whose top is the smallest word. */
static void sink(Run *runs, uint32_t count, uint32_t i) {
    Run sinking = runs[i];
    for (uint32_t child; (child = 2 * i + 1) < count; i = child) {
        if (child + 1 < count && banyan_compare(runs[child + 1].word, runs[child].word) < 0) child++;
        if (banyan_compare(sinking.word, runs[child].word) <= 0) break;
        runs[i] = runs[child];
    }
    runs[i] = sinking;
}

BANYAN_MERGE(values) {
    Run *runs = BANYAN_ARRAY(Run, values.count);
    uint32_t runCount = 0;
    for (banyan_bytes value; banyan_next(&values, &value);) {
        runs[runCount].rest = value;
        if (nextLine(&runs[runCount])) runCount++;
    }
    for (uint32_t i = runCount / 2; i-- > 0;) sink(runs, runCount, i);

    banyan_buffer answer = {0};
    while (runCount > 0) {
        banyan_bytes word = runs[0].word;
        uint64_t count = 0;
        while (runCount > 0 && banyan_compare(runs[0].word, word) == 0) {
            count += runs[0].count;
            if (!nextLine(&runs[0])) runs[0] = runs[--runCount];
            sink(runs, runCount, 0);
        }
        banyan_put(&answer, word);
        banyan_put_byte(&answer, ' ');
        banyan_put_decimal(&answer, count);
        banyan_put_byte(&answer, '\n');
    }
    return banyan_result(&answer);
}
