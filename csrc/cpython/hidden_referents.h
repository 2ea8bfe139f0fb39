/* What an object refers to although its tp_traverse leaves it out, as nothing there can be part
   of a cycle: the keys of a dict that are all strings, and the constants and names of a code
   object. */

#ifndef GILEXT_HIDDEN_REFERENTS_H
#define GILEXT_HIDDEN_REFERENTS_H

#include <Python.h>

/* As tp_traverse would. On a CPython whose layout isn't known, it visits nothing. */
int hidden_referents_visit(PyObject *object, visitproc visit, void *arg);

#endif
