/* How often each word occurs, as examples/wordfreq counts it: an open hash table over words, which lie in the text. */
#include "kernel.h"

#define SLOTS (1u << 16) /* the input has less than half as many different words */

typedef struct {
    uint32_t start, length, hash, count; /* count is 0 where the slot is free */
} Slot;

static Slot slots[SLOTS];

static inline int is_blank(uint8_t byte) { return byte == ' ' || (uint8_t) (byte - 9) < 5; }

static int equal(const uint8_t *left, const uint8_t *right, uint32_t length) {
    for (uint32_t i = 0; i < length; i++) {
        if (left[i] != right[i]) return 0;
    }
    return 1;
}

static void count(const uint8_t *text, uint32_t start, uint32_t length, uint32_t hash) {
    for (uint32_t i = hash & (SLOTS - 1);; i = (i + 1) & (SLOTS - 1)) {
        Slot *slot = &slots[i];
        if (slot->count == 0) {
            *slot = (Slot) {start, length, hash, 1};
            return;
        }
        if (slot->hash == hash && slot->length == length && equal(text + slot->start, text + start, length)) {
            slot->count++;
            return;
        }
    }
}

static uint64_t kernel(uint8_t *text, uint32_t length) {
    for (uint32_t i = 0; i < SLOTS; i++) slots[i].count = 0;
    for (uint32_t i = 0; i < length;) {
        if (is_blank(text[i])) {
            i++;
            continue;
        }
        uint32_t start = i;
        uint32_t hash = 2166136261u; /* FNV-1a */
        for (; i < length && !is_blank(text[i]); i++) hash = (hash ^ text[i]) * 16777619u;
        count(text, start, i - start, hash ^ hash >> 15);
    }
    uint64_t sum = 0;
    for (uint32_t i = 0; i < SLOTS; i++) {
        if (slots[i].count > 0) sum += (uint64_t) slots[i].hash * slots[i].count + slots[i].length;
    }
    return sum;
}
