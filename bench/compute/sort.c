/* Quicksort of 32-bit numbers where they lie; the checksum depends on their order. */
#include "kernel.h"

static void insertion_sort(int32_t *numbers, int32_t count) {
    for (int32_t i = 1; i < count; i++) {
        int32_t number = numbers[i], place = i;
        for (; place > 0 && numbers[place - 1] > number; place--) numbers[place] = numbers[place - 1];
        numbers[place] = number;
    }
}

/* The middle one of three as the pivot is enough for random numbers. The smaller side is sorted by a call. */
static void sort(int32_t *numbers, int32_t count) {
    while (count > 16) {
        int32_t first = numbers[0], middle = numbers[count / 2], last = numbers[count - 1];
        int32_t low = first < middle ? first : middle, high = first < middle ? middle : first;
        int32_t pivot = last < low ? low : last > high ? high : last;
        int32_t left = 0, right = count - 1;
        while (left <= right) {
            while (numbers[left] < pivot) left++;
            while (numbers[right] > pivot) right--;
            if (left <= right) {
                int32_t swap = numbers[left];
                numbers[left++] = numbers[right];
                numbers[right--] = swap;
            }
        }
        if (right + 1 < count - left) {
            sort(numbers, right + 1);
            numbers += left;
            count -= left;
        } else {
            sort(numbers + left, count - left);
            count = right + 1;
        }
    }
    insertion_sort(numbers, count);
}

static uint64_t kernel(uint8_t *input, uint32_t length) {
    int32_t *numbers = (int32_t *) input;
    uint32_t count = length / 4;
    sort(numbers, (int32_t) count);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) sum = sum * 31 + (uint32_t) numbers[i];
    return sum;
}
