/*
 * Counts the words of its standard input and prints the number: an ordinary C program that knows nothing of Banyan.
 * As a job it has no merge, so the answer is one count for each leaf, in the order of the input.
 */
#include <ctype.h>
#include <stdio.h>

int main(void) {
    static char buffer[1 << 14];
    unsigned long words = 0;
    int blankBefore = 1;
    for (size_t length; (length = fread(buffer, 1, sizeof buffer, stdin)) > 0;) {
        for (size_t i = 0; i < length; i++) {
            int blank = isspace((unsigned char) buffer[i]) != 0;
            words += blankBefore && !blank;
            blankBefore = blank;
        }
    }
    if (ferror(stdin)) {
        perror("wordcount");
        return 1;
    }
    printf("%lu\n", words);
    return 0;
}
