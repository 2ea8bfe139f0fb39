/* Whether a free-threaded CPython switches its GIL on for a module: what it keeps privately. */

#ifndef GILEXT_MODULE_OBJECT_H
#define GILEXT_MODULE_OBJECT_H

#include <Python.h>

enum module_gil { MODULE_NEEDS_NO_GIL, MODULE_NEEDS_GIL, MODULE_GIL_UNKNOWN };

/* For an extension module: a module written in Python isn't asked, and may have either value.
   Unknown on builds with a GIL, which keep nothing of the kind, and where the layout is unknown. */
enum module_gil module_object_gil(PyObject *module);

#endif
