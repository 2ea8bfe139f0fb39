/* The thread state with which a native thread requests the GIL.

   It is made and deleted in the thread that it is for: deleted elsewhere, it takes with it what
   PyGILState_Ensure() knows of that other thread. While the runtime is finalizing, a thread that
   wants the GIL is ended, so it has to be left alone then. */

#ifndef GILEXT_REQUESTER_H
#define GILEXT_REQUESTER_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdbool.h>

#include "cpython/own_requests.h"

struct requester {
    PyInterpreterState *interpreter;
    PyThreadState *thread_state; /* NULL before it is opened */
    struct own_requests *own;    /* native_state's */
};

/* False while the runtime is finalizing, or if there is no memory. */
bool requester_open(struct requester *requester);

/* Wait for the GIL, and give it back; not while the runtime is finalizing. */
void requester_take(struct requester *requester);
void requester_give(struct requester *requester);

/* Takes the GIL to delete the thread state, if it was opened and the runtime lives. */
void requester_close(struct requester *requester);

#endif
