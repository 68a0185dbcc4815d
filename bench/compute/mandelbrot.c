/* Steps to escape, summed over a picture. Input: width, height and most steps as 32-bit numbers. */
#include "kernel.h"

static uint64_t kernel(uint8_t *input, uint32_t length) {
    const uint32_t *params = (const uint32_t *) input;
    if (length < 12) return 0;
    uint32_t width = params[0], height = params[1], steps_max = params[2];
    uint64_t sum = 0;
    for (uint32_t row = 0; row < height; row++) {
        double cy = -1.25 + 2.5 * (row + 0.5) / height;
        for (uint32_t column = 0; column < width; column++) {
            double cx = -2.5 + 3.5 * (column + 0.5) / width;
            double x = 0, y = 0, xx = 0, yy = 0;
            uint32_t steps = 0;
            while (steps < steps_max && xx + yy <= 4) {
                y = 2 * x * y + cy;
                x = xx - yy + cx;
                xx = x * x;
                yy = y * y;
                steps++;
            }
            sum += steps;
        }
    }
    return sum;
}
