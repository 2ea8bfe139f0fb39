/* Where in a frame's stack of values an instruction finds what it calls. A part of frame_state.c.
   Includes Python.h. */

#ifndef GILEXT_CALL_SITE_H
#define GILEXT_CALL_SITE_H

#include "cpython/layouts.h"

#if defined(GILEXT_KNOWS_FRAMES) && PY_VERSION_HEX >= 0x030E0000
#define GILEXT_KNOWS_CALLS 1
#endif

#ifdef GILEXT_KNOWS_CALLS

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In values from the stack's bottom. */
struct call_site {
    int depth;             /* of the stack while the call goes on */
    int callee;            /* its place; -1: the instruction isn't a call, or nothing is known */
    int witness;           /* the place of what is given back first when the call is over */
    bool witness_is_tuple; /* or else the arguments are still being made into one */
};

/* Of the instruction number `target` of a code. The depth is followed from the first instruction
   and from the exception handlers on; instructions that the profiler or a debugger has replaced
   end that. `exceptions` is `co_exceptiontable`. */
struct call_site call_site_find(const _Py_CODEUNIT *code, size_t count, size_t target,
                                const uint8_t *exceptions, size_t exceptions_size);

#endif

#endif
