/* A job to begin with: the length of the input in bytes. */
#include "banyan.h"

BANYAN_EXECUTE(chunk) {
    return banyan_decimal_line(chunk.length);
}

BANYAN_MERGE(values) {
    uint64_t sum = 0;
    for (banyan_bytes value; banyan_next(&values, &value);) sum += banyan_number(&value, "a value to be merged is not a number");
    return banyan_decimal_line(sum);
}
