#ifndef Py_BUILD_CORE_MODULE
#define Py_BUILD_CORE_MODULE 1
#endif

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "cpython/signals.h"

#include <stdbool.h>

#if !defined(PYPY_VERSION) && PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x03100000

#include "internal/pycore_runtime.h"

/* The main thread of the main interpreter; CPython 3.14 no longer exports what it asks itself. */
static bool
may_run_handlers(void)
{
    return PyInterpreterState_Get() == PyInterpreterState_Main() &&
           PyThread_get_thread_ident() == _PyRuntime.main_thread;
}

#else

static bool
may_run_handlers(void)
{
    return true;
}

#endif

uint64_t
signals_span_ns(uint64_t nanoseconds)
{
    return may_run_handlers() ? nanoseconds : UINT64_MAX;
}
