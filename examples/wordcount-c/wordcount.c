/* Counts words: maximal runs of bytes other than space, \t, \n, \v, \f and \r. Needs chunks that end after a line. */
#include "banyan.h"

BANYAN_EXECUTE(input) {
    uint32_t words = 0;
    uint32_t blankBefore = 1;
    /* A word begins where a blank ends; counting beginnings without a branch does not mind how words are spread. */
    for (uint32_t i = 0; i < input.length; i++) {
        uint32_t blank = banyan_is_blank(input.at[i]);
        words += blankBefore & ~blank;
        blankBefore = blank;
    }
    return banyan_decimal_line(words);
}

BANYAN_MERGE(values) {
    uint64_t words = 0;
    for (banyan_bytes value; banyan_next(&values, &value);) {
        words += banyan_number(&value, "wordcount: a value to be merged is not a number");
    }
    return banyan_decimal_line(words);
}
