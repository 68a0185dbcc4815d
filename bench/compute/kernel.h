/*
 * What surrounds a kernel, so that one source becomes both a module with the interface banyan/1 and a program of this
 * machine. A kernel defines `kernel`, which must not depend on anything but its input; it may overwrite its input, and finds
 * static variables as the last run left them.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdint.h>

/* Not inlined, so that both compilers have one function to work on. */
__attribute__((noinline)) static uint64_t kernel(uint8_t *input, uint32_t length);

#ifdef __wasm__

extern uint8_t __heap_base; /* The linker's: the first byte after stack and static data. */
static uint64_t checksum;

/* Asked once a call, since each call has a fresh instance. */
__attribute__((export_name("alloc"))) uint8_t *bench_alloc(uint32_t length) {
    uint64_t start = ((uint64_t) (uintptr_t) &__heap_base + 15) & ~(uint64_t) 15;
    uint64_t pages = (start + length + 0xffff) >> 16;
    uint64_t present = __builtin_wasm_memory_size(0);
    if (pages > present && __builtin_wasm_memory_grow(0, (uint32_t) (pages - present)) == (__SIZE_TYPE__) -1) return 0;
    return (uint8_t *) (uintptr_t) start;
}

__attribute__((export_name("execute"))) uint64_t bench_execute(uint8_t *input, uint32_t length) {
    checksum = kernel(input, length);
    return (uint64_t) (uintptr_t) &checksum << 32 | sizeof checksum;
}

#else

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Of processor time, which does not mind what else the machine does. */
static uint64_t nanos(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t) now.tv_sec * 1000000000 + (uint64_t) now.tv_nsec;
}

/* Reads the input from a file; then for each line that comes in runs the kernel once and answers "nanoseconds checksum". */
int main(int argc, char **argv) {
    if (argc != 2) return 2;
    FILE *file = fopen(argv[1], "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) return 2;
    uint32_t length = (uint32_t) ftell(file);
    rewind(file);
    uint8_t *input = malloc(length), *copy = malloc(length);
    if (input == NULL || copy == NULL || fread(input, 1, length, file) != length) return 2;
    char line[16];
    while (fgets(line, sizeof line, stdin) != NULL) {
        memcpy(copy, input, length);
        uint64_t before = nanos();
        uint64_t sum = kernel(copy, length);
        printf("%llu %016llx\n", (unsigned long long) (nanos() - before), (unsigned long long) sum);
        fflush(stdout);
    }
    return 0;
}

#endif
#endif
