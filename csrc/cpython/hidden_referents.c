#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "cpython/hidden_referents.h"

#include <stdbool.h>

#if !defined(PYPY_VERSION) && PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x03100000

/* -- dicts ----------------------------------------------------------------------------------- */

static int
count_one(PyObject *Py_UNUSED(object), void *arg)
{
    ++*(Py_ssize_t *)arg;
    return 0;
}

/* Keys that a dict shares with others of the same class belong to the class. Of its own, it has
   visited both or neither: a table of strings visits its values alone. */
static bool
hides_keys(PyObject *dict)
{
    Py_ssize_t visited = 0;
    if (((PyDictObject *)dict)->ma_values != NULL) {
        return false;
    }
    PyDict_Type.tp_traverse(dict, count_one, &visited);
    return visited < 2 * PyDict_GET_SIZE(dict);
}

static int
visit_keys_at_rest(PyObject *dict, visitproc visit, void *arg)
{
    Py_ssize_t place = 0;
    PyObject *key;
    bool is_hidden = hides_keys(dict);
    while (is_hidden && PyDict_Next(dict, &place, &key, NULL)) {
        Py_VISIT(key);
    }
    return 0;
}

static int
visit_keys(PyObject *dict, visitproc visit, void *arg)
{
    int status;
#ifdef Py_GIL_DISABLED
    Py_BEGIN_CRITICAL_SECTION(dict);
#endif
    status = visit_keys_at_rest(dict, visit, arg);
#ifdef Py_GIL_DISABLED
    Py_END_CRITICAL_SECTION();
#endif
    return status;
}

/* -- code ------------------------------------------------------------------------------------ */

/* The collector knows code objects on a free-threaded build, and visits their constants there. The
   tables of bytes, which only the interpreter uses, aren't visited. */
static int
visit_code(PyObject *object, visitproc visit, void *arg)
{
    const PyCodeObject *code = (const PyCodeObject *)object;
    if (!PyObject_IS_GC(object)) {
        Py_VISIT(code->co_consts);
    }
    Py_VISIT(code->co_names);
    Py_VISIT(code->co_localsplusnames);
    Py_VISIT(code->co_filename);
    Py_VISIT(code->co_name);
    Py_VISIT(code->co_qualname);
    return 0;
}

int
hidden_referents_visit(PyObject *object, visitproc visit, void *arg)
{
    if (PyDict_Check(object)) {
        return visit_keys(object, visit, arg);
    }
    return PyCode_Check(object) ? visit_code(object, visit, arg) : 0;
}

#else

int
hidden_referents_visit(PyObject *object, visitproc visit, void *arg)
{
    (void)object, (void)visit, (void)arg;
    return 0;
}

#endif
