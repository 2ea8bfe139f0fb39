/* The loops as a table, for C code that is to run one by its name, without Python.h. A new loop
   is a line in loop_table.c. */

#ifndef GILEXT_LOOP_TABLE_H
#define GILEXT_LOOP_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loops/loops.h"

/* The one argument that a loop needs: a number, or a buffer. */
struct loop_argument {
    uint64_t number;
    const void *data;
    size_t length;
};

struct loop {
    const char *name;
    bool takes_buffer;
    uint64_t limit; /* of the number */
    /* Runs the same code as the exported function. Soon after `is_stopping` is set, it returns
       early, with a result that means nothing. GILEXT_NO_MEMORY, if `can_run_out`. */
    uint64_t (*run)(const struct loop_argument *argument, const atomic_bool *is_stopping);
    bool can_run_out;
};

enum { LOOP_COUNT = 3 };

extern const struct loop loops[LOOP_COUNT];

/* -- what loops.c has for it ----------------------------------------------------------------- */

/* gilext_count_primes(), or some number once `is_stopping` (or NULL) is set. */
uint64_t count_primes_unless(uint64_t limit, const atomic_bool *is_stopping);

/* The hash of bytes that follow those whose hash is `hash`. */
uint64_t continue_checksum(uint64_t hash, const void *data, size_t length);

#endif
