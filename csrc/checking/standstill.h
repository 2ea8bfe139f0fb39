/* For how long the holder of the GIL has stood at one place of its Python code, without Python.h.

   A thread that runs Python code moves from sample to sample, and gives the GIL away when somebody
   requests it. One that stands still either makes one long call of C code, or runs a loop so short
   that each sample finds it at the same place: only a request tells which. */

#ifndef GILEXT_STANDSTILL_H
#define GILEXT_STANDSTILL_H

#include <stdint.h>

#include "cpython/frame_state.h"
#include "cpython/gil_state.h"

/* What one sample found. */
struct standing {
    uint64_t now_ns;
    struct gil_sample gil;
    struct frame_place place; /* of the holder */
};

struct standstill {
    struct standing last;
    uint64_t since_ns;
    uint32_t samples; /* that found the same */
};

/* Take a sample; the first is preceded by one of zeros. */
void standstill_note(struct standstill *standstill, const struct standing *standing);

#endif
