/* What the files of gilext._native share: its state, and what each topic adds to the module. */

#ifndef GILEXT_NATIVE_H
#define GILEXT_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdint.h>

struct native_state {
    PyTypeObject *meeting_type;
    PyTypeObject *sampler_type;
    PyTypeObject *counters_type;
    PyTypeObject *lock_pair_type;
};

/* PyMethodDef wants one function type for all calling conventions, and slots want void *: ISO C
   has no implicit conversion to either. */
#define METHOD(function) ((PyCFunction)(void (*)(void))(function))
#define SLOT(function) ((void *)(uintptr_t)(function))

struct native_state *native_state_of(PyObject *module);

/* Each topic file adds its functions and types; 0, or -1 with an exception set. */
int add_loops(PyObject *module);
int add_timed_loops(PyObject *module);
int add_meeting(PyObject *module);
int add_os_crew(PyObject *module);
int add_sampler(PyObject *module);
int add_check(PyObject *module);
int add_counters(PyObject *module);
int add_lock_order(PyObject *module);
int add_refcounts(PyObject *module);

#endif
