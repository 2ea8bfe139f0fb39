/* What the files of gilext._native share: its state, and what each topic adds to the module. */

#ifndef GILEXT_NATIVE_H
#define GILEXT_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "cpython/own_requests.h"

struct native_state {
    PyObject *unsupported_interpreter; /* gilext.UnsupportedInterpreter */
    PyTypeObject *sampler_type;        /* gilext._native.Sampler */
    struct own_requests own;           /* see own_requests_of() */
    atomic_int knows_waiters; /* condition_waiters_are_known(), as 1 or -1; 0: not yet tried */
};

/* PyMethodDef wants one function type for all calling conventions, and slots want void *: ISO C
   has no implicit conversion to either. */
#define METHOD(function) ((PyCFunction)(void (*)(void))(function))
#define SLOT(function) ((void *)(uintptr_t)(function))

struct native_state *native_state_of(PyObject *module);

/* Raise gilext.UnsupportedInterpreter for `what` this version keeps in an unknown way, such as
   "GIL layout". Returns NULL. */
PyObject *raise_unsupported_interpreter(PyObject *module, const char *what);

/* The tp_traverse of a type whose objects refer to no other object: their type is one all the
   same. With it, the module can keep an object of its own and still be collected. */
int traverse_type(PyObject *self, visitproc visit, void *arg);

/* Whether it can be known how many threads wait for the GIL; tried once in a module, without the
   GIL, as it starts two threads. */
bool counts_waiters(struct native_state *state);

/* What threads of gilext's own ask for, in this process: none of those that a parent had. */
struct own_requests *own_requests_of(struct native_state *state);

/* Append what `owned_item` holds, taking it over. -1 with an exception set, also if it is NULL. */
int append_owned(PyObject *list, PyObject *owned_item);

/* What each topic file adds. A type is listed in native.c, and so is a table of functions. */
extern PyMethodDef loop_functions[];
extern PyMethodDef timed_loop_functions[];
extern PyMethodDef os_crew_functions[];
extern PyMethodDef sum_range_functions[];
extern PyMethodDef check_functions[];
extern PyMethodDef refcount_functions[];
extern PyMethodDef memory_functions[];
extern PyMethodDef watchdog_functions[];
extern PyMethodDef recording_file_functions[];
extern PyMethodDef process_functions[];
extern PyMethodDef slots_functions[];

extern PyType_Spec meeting_spec;
extern PyType_Spec sampler_spec;
extern PyType_Spec stand_in_spec;
extern PyType_Spec ticker_spec;
extern PyType_Spec counters_spec;
extern PyType_Spec lock_pair_spec;
extern PyType_Spec census_spec;
extern PyType_Spec arena_count_spec;
extern PyType_Spec ending_spec;
extern PyType_Spec around_spec;

#endif
