/*
 * The guest kit: what a C function needs to be a Banyan module, in one header and without a C library.
 *
 * A whole module can be as short as this:
 *
 *     #include "banyan.h"
 *
 *     BANYAN_EXECUTE(input) {
 *         return banyan_decimal_line(input.length);
 *     }
 *
 *     BANYAN_MERGE(values) {
 *         uint64_t sum = 0;
 *         for (banyan_bytes value; banyan_next(&values, &value);) sum += banyan_number(&value, "merge: a value is no number");
 *         return banyan_decimal_line(sum);
 *     }
 *
 * Build (build.sh has the full set of flags and says why each is there):
 *
 *     clang-14 --target=wasm32 -O2 -ffreestanding -nostdlib -mbulk-memory -I examples \
 *         -Wl,--no-entry,--strip-all -o m.wasm m.c
 *
 * Three things to know:
 *   - Every call happens in a fresh instance. Nothing survives from one call to the next, so nothing is ever freed.
 *   - What `configure` stored in static variables is there in `split`, `execute` and `merge`; it is always called first.
 *   - A result may lie anywhere in memory, in the input too: sorting in place and returning the input is fine.
 */
#ifndef BANYAN_H
#define BANYAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef __wasm_bulk_memory__
#error "banyan.h needs -mbulk-memory: without it __builtin_memcpy would become a call to the memcpy below, that is to itself"
#endif

/* ---- Bytes and the C library's four favourites ---------------------------------------------------------------- */

/** A piece of memory: an input, a value, a word. Nobody owns it. */
typedef struct {
    uint8_t *at;
    uint32_t length;
} banyan_bytes;

/* Each of these becomes one instruction of the bulk memory proposal. */
static inline void *memcpy(void *to, const void *from, size_t length) { return __builtin_memcpy(to, from, length); }
static inline void *memmove(void *to, const void *from, size_t length) { return __builtin_memmove(to, from, length); }
static inline void *memset(void *to, int byte, size_t length) { return __builtin_memset(to, byte, length); }

static inline int memcmp(const void *left, const void *right, size_t length) {
    const uint8_t *a = left, *b = right;
    for (size_t i = 0; i < length; i++) {
        if (a[i] != b[i]) return (int) a[i] - (int) b[i];
    }
    return 0;
}

/** The order of unsigned bytes; where one is the beginning of the other, the shorter comes first. */
static inline int banyan_compare(banyan_bytes left, banyan_bytes right) {
    int order = memcmp(left.at, right.at, left.length < right.length ? left.length : right.length);
    if (order != 0) return order;
    return (left.length > right.length) - (left.length < right.length);
}

/* ---- Talking to the host. An import appears in the module only if its function is used. ------------------------ */

__attribute__((import_module("banyan"), import_name("fail"))) void banyan_import_fail(const char *, uint32_t);
__attribute__((import_module("banyan"), import_name("log"))) void banyan_import_log(uint32_t, const char *, uint32_t);
__attribute__((import_module("banyan"), import_name("progress"))) void banyan_import_progress(uint32_t);

static inline uint32_t banyan_text_length(const char *text) {
    uint32_t length = 0;
    while (text[length] != 0) length++;
    return length;
}

/** Ends the call; the user sees the sentence. It must depend on the call's input only, as any result must. */
_Noreturn static inline void banyan_fail(const char *sentence) {
    banyan_import_fail(sentence, banyan_text_length(sentence));
    __builtin_trap();
}

/** A line in the log of whoever runs this call. Levels: 0 error, 1 warning, 2 information, 3 detail. */
static inline void banyan_log(uint32_t level, const char *sentence) {
    banyan_import_log(level, sentence, banyan_text_length(sentence));
}

/** How far this call has come, 0 to 1000. */
static inline void banyan_progress(uint32_t permille) { banyan_import_progress(permille); }

/* ---- Memory: a heap that only grows --------------------------------------------------------------------------- */

extern uint8_t __heap_base; /* The linker's: the first byte after stack and static data. */
static uint64_t banyan_heap_top; /* 0 until the first allocation; 64 bits, so that sums cannot wrap. */

/* Memory grows by a quarter at least: a host that copies the memory when it grows then copies each byte a few times only. */
static inline bool banyan_heap_reaches(uint64_t end) {
    uint64_t pages = __builtin_wasm_memory_size(0);
    if (end <= pages << 16) return true;
    uint64_t missing = ((end + 0xffff) >> 16) - pages;
    uint64_t generous = missing > pages / 4 ? missing : pages / 4;
    if (pages + missing > 65536) return false;
    return __builtin_wasm_memory_grow(0, (uint32_t) generous) != (size_t) -1
        || __builtin_wasm_memory_grow(0, (uint32_t) missing) != (size_t) -1;
}

/** Aligned to 16, not cleared; NULL if the job's memory limit does not allow it. */
static void *banyan_try_allocate(uint32_t length) {
    if (banyan_heap_top == 0) banyan_heap_top = (uint64_t) (uintptr_t) &__heap_base;
    uint64_t start = (banyan_heap_top + 15) & ~(uint64_t) 15;
    if (!banyan_heap_reaches(start + length)) return NULL;
    banyan_heap_top = start + length;
    return (void *) (uintptr_t) start;
}

/** The same, but what does not fit ends the call with a sentence. */
static inline void *banyan_allocate(uint64_t length) {
    void *start = length > UINT32_MAX ? NULL : banyan_try_allocate((uint32_t) length);
    if (start == NULL) banyan_fail("the module needs more memory than the job's limit allows; take smaller chunks or a higher --memory");
    return start;
}

/** Room for `count` things of one type, not cleared. */
#define BANYAN_ARRAY(type, count) ((type *) banyan_allocate((uint64_t) (count) * sizeof(type)))

/** The host asks for room for an input here. */
__attribute__((export_name("alloc"))) void *banyan_export_alloc(uint32_t length) { return banyan_try_allocate(length); }

/* ---- Building a result ---------------------------------------------------------------------------------------- */

/** Bytes under construction. Starts as {0}; grows where it stands as long as nothing was allocated after it. */
typedef struct {
    uint8_t *at;
    uint32_t length;
    uint32_t room;
} banyan_buffer;

/** Makes room for `length` more bytes and says where they go; the caller writes them and adds to `buffer->length`. */
static inline uint8_t *banyan_room(banyan_buffer *buffer, uint32_t length) {
    uint64_t wanted = (uint64_t) buffer->length + length;
    if (wanted <= buffer->room && buffer->at != NULL) return buffer->at + buffer->length;
    bool last = buffer->at != NULL && (uint64_t) (uintptr_t) buffer->at + buffer->room == banyan_heap_top;
    if (last && banyan_heap_reaches((uint64_t) (uintptr_t) buffer->at + wanted)) {
        banyan_heap_top = (uint64_t) (uintptr_t) buffer->at + wanted;
        buffer->room = (uint32_t) wanted;
        return buffer->at + buffer->length;
    }
    uint64_t room = wanted + buffer->room + 64;
    uint8_t *moved = banyan_allocate(room);
    if (buffer->length > 0) memcpy(moved, buffer->at, buffer->length);
    buffer->at = moved;
    buffer->room = (uint32_t) room;
    return moved + buffer->length;
}

static inline void banyan_put_byte(banyan_buffer *buffer, uint8_t byte) {
    *banyan_room(buffer, 1) = byte;
    buffer->length++;
}

static inline void banyan_put(banyan_buffer *buffer, banyan_bytes bytes) {
    memcpy(banyan_room(buffer, bytes.length), bytes.at, bytes.length);
    buffer->length += bytes.length;
}

static inline void banyan_put_text(banyan_buffer *buffer, const char *text) {
    banyan_put(buffer, (banyan_bytes) {(uint8_t *) text, banyan_text_length(text)});
}

static inline void banyan_put_decimal(banyan_buffer *buffer, uint64_t number) {
    uint8_t digits[20]; /* 2^64 has twenty. */
    uint32_t first = 20;
    do {
        digits[--first] = (uint8_t) ('0' + number % 10);
        number /= 10;
    } while (number > 0);
    banyan_put(buffer, (banyan_bytes) {digits + first, 20 - first});
}

static inline banyan_bytes banyan_result(const banyan_buffer *buffer) {
    return (banyan_bytes) {buffer->at, buffer->length};
}

/** A number and a line feed: the value of everything that counts. */
static inline banyan_bytes banyan_decimal_line(uint64_t number) {
    banyan_buffer line = {0};
    banyan_put_decimal(&line, number);
    banyan_put_byte(&line, '\n');
    return banyan_result(&line);
}

/* ---- Reading text --------------------------------------------------------------------------------------------- */

/** Space, \t, \n, \v, \f and \r part words; all other bytes belong to them. */
static inline bool banyan_is_blank(uint8_t byte) { return (uint8_t) (byte - 9) < 5 || byte == ' '; }

/** Takes the next decimal number, and the blanks before it, off the front of a text; fails with the sentence if there is none. */
static inline uint64_t banyan_number(banyan_bytes *text, const char *sentence) {
    uint32_t i = 0;
    while (i < text->length && banyan_is_blank(text->at[i])) i++;
    uint32_t first = i;
    uint64_t number = 0;
    for (; i < text->length && (uint8_t) (text->at[i] - '0') < 10; i++) {
        uint8_t digit = (uint8_t) (text->at[i] - '0');
        if (number > (UINT64_MAX - digit) / 10) banyan_fail(sentence);
        number = number * 10 + digit;
    }
    if (i == first) banyan_fail(sentence);
    *text = (banyan_bytes) {text->at + i, text->length - i};
    return number;
}

/** Fails with the sentence unless nothing but blanks is left of a text. */
static inline void banyan_end(banyan_bytes text, const char *sentence) {
    for (uint32_t i = 0; i < text.length; i++) {
        if (!banyan_is_blank(text.at[i])) banyan_fail(sentence);
    }
}

/** Takes the next line off the front of a text, without its LF; a last line needs none. False at the end. */
static inline bool banyan_next_line(banyan_bytes *text, banyan_bytes *line) {
    if (text->length == 0) return false;
    uint32_t i = 0;
    while (i < text->length && text->at[i] != '\n') i++;
    *line = (banyan_bytes) {text->at, i};
    uint32_t taken = i < text->length ? i + 1 : i;
    *text = (banyan_bytes) {text->at + taken, text->length - taken};
    return true;
}

/* ---- Lists: u32le count, then for each item u32le length and its bytes ----------------------------------------- */

/* Wasm is little-endian and loads from any address; memcpy says so to C. */
static inline uint32_t banyan_u32(const uint8_t *at) {
    uint32_t number;
    memcpy(&number, at, 4);
    return number;
}

static inline uint64_t banyan_u64(const uint8_t *at) {
    uint64_t number;
    memcpy(&number, at, 8);
    return number;
}

/** What is still unread of a list: of the values in `merge`, of params and shared blobs in `configure`. */
typedef struct {
    banyan_bytes rest;
    uint32_t count;
} banyan_list;

static inline banyan_list banyan_list_of(banyan_bytes bytes) {
    if (bytes.length < 4) __builtin_trap(); /* The host frames lists; a torn one is its bug, not the user's. */
    return (banyan_list) {{bytes.at + 4, bytes.length - 4}, banyan_u32(bytes.at)};
}

/** Takes the next item off a list; false when none is left. */
static inline bool banyan_next(banyan_list *list, banyan_bytes *item) {
    if (list->count == 0) return false;
    if (list->rest.length < 4) __builtin_trap();
    uint32_t length = banyan_u32(list->rest.at);
    if (length > list->rest.length - 4) __builtin_trap();
    *item = (banyan_bytes) {list->rest.at + 4, length};
    list->rest = (banyan_bytes) {list->rest.at + 4 + length, list->rest.length - 4 - length};
    list->count--;
    return true;
}

/** Adds an item to a list under construction, which starts as {0}: the parts that `split` returns. */
static inline void banyan_add(banyan_buffer *list, banyan_bytes item) {
    if (list->length == 0) {
        memset(banyan_room(list, 4), 0, 4);
        list->length = 4;
    }
    uint32_t count = banyan_u32(list->at) + 1;
    memcpy(list->at, &count, 4);
    memcpy(banyan_room(list, 4), &item.length, 4);
    list->length += 4;
    banyan_put(list, item);
}

/* ---- The exports. Each macro is followed by the body of a function that returns banyan_bytes. -------------------- */

static inline uint64_t banyan_pack(banyan_bytes result) {
    return (uint64_t) (uintptr_t) result.at << 32 | result.length;
}

#define BANYAN_EXPORT_(name, argument, type, read)                                                                     \
    static banyan_bytes banyan_##name(type argument);                                                                  \
    __attribute__((export_name(#name))) uint64_t banyan_export_##name(uint8_t *at, uint32_t length) {                  \
        return banyan_pack(banyan_##name(read((banyan_bytes) {at, length})));                                          \
    }                                                                                                                  \
    static banyan_bytes banyan_##name(type argument)

/** BANYAN_EXECUTE(input) { … }: the value of one chunk. */
#define BANYAN_EXECUTE(input) BANYAN_EXPORT_(execute, input, banyan_bytes, )

/** BANYAN_SPLIT(input) { … }: a list of 1 to 4096 parts, made with banyan_add. */
#define BANYAN_SPLIT(input) BANYAN_EXPORT_(split, input, banyan_bytes, )

/** BANYAN_MERGE(values) { … }: one value from those of the children, in order; it must take its own results too. */
#define BANYAN_MERGE(values) BANYAN_EXPORT_(merge, values, banyan_list, banyan_list_of)

/** BANYAN_LEAF(leaf) { … }: `execute` of a job with the split rule index:C, which has no input. */
#define BANYAN_LEAF(leaf) BANYAN_EXPORT_(execute, leaf, banyan_leaf, banyan_leaf_of)

/** Which leaf of an index:C job this is. */
typedef struct {
    uint64_t index; /* 0 to count − 1 */
    uint64_t count; /* C */
} banyan_leaf;

static inline banyan_leaf banyan_leaf_of(banyan_bytes chunk) {
    if (chunk.length != 16) banyan_fail("this module works on leaf numbers; run it with --split index:C and no input");
    return (banyan_leaf) {banyan_u64(chunk.at), banyan_u64(chunk.at + 8)};
}

/** The first unit of a leaf's share when `total` units are dealt out: floor(index·total / count), without a product that could overflow. */
static inline uint64_t banyan_share(uint64_t index, uint64_t count, uint64_t total) {
    return index * (total / count) + index * (total % count) / count;
}

/** BANYAN_CONFIGURE(params, shared) { … }: params, then the list of shared blobs. Returns nothing. */
#define BANYAN_CONFIGURE(params, shared)                                                                               \
    static void banyan_configure(banyan_bytes params, banyan_list shared);                                             \
    __attribute__((export_name("configure"))) void banyan_export_configure(uint8_t *at, uint32_t length) {             \
        banyan_list items = banyan_list_of((banyan_bytes) {at, length});                                               \
        banyan_bytes first = {0};                                                                                      \
        banyan_next(&items, &first);                                                                                   \
        banyan_configure(first, items);                                                                                \
    }                                                                                                                  \
    static void banyan_configure(banyan_bytes params __attribute__((unused)), banyan_list shared __attribute__((unused)))

#endif
