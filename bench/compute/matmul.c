/* C = A * B of double matrices, row by row in memory, in the order of loops that reads both by rows. Input: n. */
#include "kernel.h"

#define N_MAX 512

static double a[N_MAX * N_MAX], b[N_MAX * N_MAX], c[N_MAX * N_MAX];

__attribute__((noinline)) static void multiply(const double *left, const double *right, double *product, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < n; j++) product[i * n + j] = 0;
        for (uint32_t k = 0; k < n; k++) {
            double x = left[i * n + k];
            for (uint32_t j = 0; j < n; j++) product[i * n + j] += x * right[k * n + j];
        }
    }
}

static uint64_t kernel(uint8_t *input, uint32_t length) {
    uint32_t n = length >= 4 ? *(const uint32_t *) input : 0;
    if (n > N_MAX) return 0;
    for (uint32_t i = 0; i < n * n; i++) {
        a[i] = (double) (i * 2654435761u >> 8) / 16777216;
        b[i] = (double) (i * 2246822519u >> 8) / 16777216;
    }
    multiply(a, b, c, n);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < n * n; i++) {
        union {
            double number;
            uint64_t bits;
        } at = {c[i]};
        sum = sum * 31 + at.bits;
    }
    return sum;
}
