/*
 * The Mandelbrot set as a grey picture (PGM). The params are "width height maxIterations". Leaf k draws the rows
 * [k*height/C, (k+1)*height/C), and leaf 0 puts the file's header before them; there is no merge, so the leaves' outputs,
 * one after the other, are the file.
 *
 * The middle of pixel (x, y) is the point c = (-2.5 + 3.5*(x + 0.5)/width) + i*(-1.25 + 2.5*(y + 0.5)/height). With z = 0
 * at first, steps are counted until |z|^2 > 4 or maxIterations; a pixel that stays inside is 0 (black), else
 * 255 - 255*steps/maxIterations, rounded down. All arithmetic is float64 in the order written below.
 */
#include "banyan.h"

static uint64_t width, height, iterationsMax;

BANYAN_CONFIGURE(params, shared) {
    const char *sentence = "mandelbrot: the params are \"width height maxIterations\", each 1 to 1000000";
    width = banyan_number(&params, sentence);
    height = banyan_number(&params, sentence);
    iterationsMax = banyan_number(&params, sentence);
    banyan_end(params, sentence);
    uint64_t limit = 1000000;
    if (width < 1 || height < 1 || iterationsMax < 1 || width > limit || height > limit || iterationsMax > limit) banyan_fail(sentence);
}

static uint8_t greyOf(double cx, double cy) {
    double x = 0, y = 0, xx = 0, yy = 0;
    uint32_t steps = 0;
    while (xx + yy <= 4 && steps < iterationsMax) {
        y = 2 * x * y + cy;
        x = xx - yy + cx;
        xx = x * x;
        yy = y * y;
        steps++;
    }
    if (xx + yy <= 4) return 0;
    return (uint8_t) (255 - 255 * (uint64_t) steps / iterationsMax);
}

BANYAN_LEAF(leaf) {
    uint64_t from = banyan_share(leaf.index, leaf.count, height);
    uint64_t to = banyan_share(leaf.index + 1, leaf.count, height);
    banyan_buffer picture = {0};
    if (leaf.index == 0) {
        banyan_put_text(&picture, "P5\n");
        banyan_put_decimal(&picture, width);
        banyan_put_byte(&picture, ' ');
        banyan_put_decimal(&picture, height);
        banyan_put_text(&picture, "\n255\n");
    }
    for (uint64_t row = from; row < to; row++) {
        double cy = -1.25 + 2.5 * ((double) row + 0.5) / (double) height;
        uint8_t *pixels = banyan_room(&picture, (uint32_t) width);
        for (uint64_t column = 0; column < width; column++) {
            pixels[column] = greyOf(-2.5 + 3.5 * ((double) column + 0.5) / (double) width, cy);
        }
        picture.length += (uint32_t) width;
        banyan_progress((uint32_t) ((row + 1 - from) * 1000 / (to - from)));
    }
    return banyan_result(&picture);
}
