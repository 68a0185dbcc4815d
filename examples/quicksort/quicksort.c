/*
 * Sorts numbers (u32, little-endian). The module splits the work itself: into the numbers below a pivot, equal to it, and
 * above it, so that the sorted parts, one after the other, are sorted. Numbers that are all equal split into themselves,
 * which the host takes as the sign to stop.
 */
#include "banyan.h"

static uint32_t *numbersOf(banyan_bytes input) {
    if (input.length % 4 != 0) banyan_fail("quicksort: the input is not a sequence of 4-byte numbers");
    return (uint32_t *) input.at; /* aligned: it comes from our alloc */
}

static inline uint32_t median(uint32_t a, uint32_t b, uint32_t c) {
    if (a > b) {
        uint32_t swap = a;
        a = b;
        b = swap;
    }
    return c < a ? a : c > b ? b : c;
}

/* The median of three medians of three, taken evenly over the numbers: sorted inputs and most patterns split well. */
static uint32_t pivotOf(const uint32_t *numbers, uint32_t count) {
    if (count < 9) return numbers[count / 2];
    const uint32_t *last = numbers + count - 1;
    uint32_t step = (count - 1) / 8;
    return median(
        median(numbers[0], numbers[step], numbers[2 * step]),
        median(numbers[count / 2 - step], numbers[count / 2], numbers[count / 2 + step]),
        median(last[-2 * (int32_t) step], last[-(int32_t) step], last[0]));
}

BANYAN_SPLIT(input) {
    uint32_t *numbers = numbersOf(input);
    uint32_t count = input.length / 4;
    banyan_buffer parts = {0};
    if (count == 0) {
        banyan_add(&parts, input);
        return banyan_result(&parts);
    }
    uint32_t pivot = pivotOf(numbers, count);
    uint32_t less = 0, equal = 0;
    for (uint32_t i = 0; i < count; i++) {
        less += numbers[i] < pivot;
        equal += numbers[i] == pivot;
    }
    uint32_t *sides = BANYAN_ARRAY(uint32_t, count);
    uint32_t *toLess = sides, *toEqual = toLess + less, *toGreater = toEqual + equal;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = numbers[i];
        if (number < pivot) *toLess++ = number;
        else if (number == pivot) *toEqual++ = number;
        else *toGreater++ = number;
    }
    uint32_t greater = count - less - equal;
    if (less > 0) banyan_add(&parts, (banyan_bytes) {(uint8_t *) sides, less * 4});
    banyan_add(&parts, (banyan_bytes) {(uint8_t *) (sides + less), equal * 4});
    if (greater > 0) banyan_add(&parts, (banyan_bytes) {(uint8_t *) (sides + less + equal), greater * 4});
    return banyan_result(&parts);
}

static void insertionSort(uint32_t *numbers, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        uint32_t number = numbers[i];
        uint32_t place = i;
        for (; place > 0 && numbers[place - 1] > number; place--) numbers[place] = numbers[place - 1];
        numbers[place] = number;
    }
}

static void sinkDown(uint32_t *heap, uint32_t count, uint32_t i) {
    uint32_t number = heap[i];
    for (uint64_t child; (child = 2 * (uint64_t) i + 1) < count; i = (uint32_t) child) {
        if (child + 1 < count && heap[child + 1] > heap[child]) child++;
        if (heap[child] <= number) break;
        heap[i] = heap[child];
    }
    heap[i] = number;
}

static void heapSort(uint32_t *numbers, uint32_t count) {
    for (uint32_t i = count / 2; i-- > 0;) sinkDown(numbers, count, i);
    for (uint32_t end = count; end-- > 1;) {
        uint32_t largest = numbers[0];
        numbers[0] = numbers[end];
        numbers[end] = largest;
        sinkDown(numbers, end, 0);
    }
}

/*
 * Quicksort with Hoare's partition. `patience` is how many more partitions a range may take; an input made to defeat the
 * pivots runs out of it, and what is left is sorted by heap sort, so that no input costs more than n log n.
 */
static void sort(uint32_t *numbers, uint32_t count, uint32_t patience) {
    while (count > 24) {
        if (patience-- == 0) {
            heapSort(numbers, count);
            return;
        }
        uint32_t pivot = pivotOf(numbers, count);
        uint32_t *left = numbers, *right = numbers + count - 1;
        while (left <= right) {
            while (*left < pivot) left++;
            while (*right > pivot) right--;
            if (left <= right) {
                uint32_t swap = *left;
                *left++ = *right;
                *right-- = swap;
            }
        }
        uint32_t below = (uint32_t) (right + 1 - numbers);
        uint32_t above = (uint32_t) (numbers + count - left);
        /* The smaller side by a call, the larger one in this loop: the stack never holds more than log2 n calls. */
        if (below < above) {
            sort(numbers, below, patience);
            numbers = left;
            count = above;
        } else {
            sort(left, above, patience);
            count = below;
        }
    }
    insertionSort(numbers, count);
}

BANYAN_EXECUTE(input) {
    uint32_t *numbers = numbersOf(input);
    uint32_t count = input.length / 4;
    uint32_t patience = 0;
    for (uint32_t rest = count; rest > 0; rest /= 2) patience += 2; /* twice the depth of even splits */
    sort(numbers, count, patience);
    return input;
}

BANYAN_MERGE(values) {
    banyan_buffer sorted = {0};
    for (banyan_bytes value; banyan_next(&values, &value);) banyan_put(&sorted, value);
    return banyan_result(&sorted);
}
