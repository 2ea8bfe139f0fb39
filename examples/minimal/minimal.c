/* One CPU-heavy loop and two ways to call it: a file to copy into an extension of your own. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdint.h>

/* The work. It knows nothing of Python, so it may run without the GIL. */
static uint64_t
spin(uint64_t iterations)
{
    uint64_t x = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        x = (x ^ (x >> 32)) * UINT64_C(0x9FB21C651E98DF25) + UINT64_C(0x9E3779B97F4A7C15);
    }
    return x;
}

PyDoc_STRVAR(spin_held_doc,
             "spin_held($module, iterations, /)\n--\n\n"
             "Run the loop and hold the GIL: no other Python thread runs until it ends.");

static PyObject *
spin_held(PyObject *Py_UNUSED(module), PyObject *arg)
{
    uint64_t iterations = PyLong_AsUnsignedLongLong(arg);
    if (iterations == (uint64_t)-1 && PyErr_Occurred()) {
        return NULL;
    }
    uint64_t result = spin(iterations);
    return PyLong_FromUnsignedLongLong(result);
}

PyDoc_STRVAR(spin_released_doc,
             "spin_released($module, iterations, /)\n--\n\n"
             "Run the loop without the GIL: other Python threads run at the same time.");

static PyObject *
spin_released(PyObject *Py_UNUSED(module), PyObject *arg)
{
    uint64_t iterations = PyLong_AsUnsignedLongLong(arg);
    if (iterations == (uint64_t)-1 && PyErr_Occurred()) {
        return NULL;
    }
    uint64_t result;
    Py_BEGIN_ALLOW_THREADS
    result = spin(iterations); /* in here: no Python object, no exception, no return */
    Py_END_ALLOW_THREADS
    return PyLong_FromUnsignedLongLong(result);
}

static PyMethodDef minimal_methods[] = {
    {"spin_held", spin_held, METH_O, spin_held_doc},
    {"spin_released", spin_released, METH_O, spin_released_doc},
    {NULL, NULL, 0, NULL},
};

/* Both are true because the module has no state that threads or interpreters could share. */
static PyModuleDef_Slot minimal_slots[] = {
#ifdef Py_mod_multiple_interpreters
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef minimal_module = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "minimal",
    .m_doc = PyDoc_STR("One loop that holds the GIL, and the same that releases it."),
    .m_methods = minimal_methods,
    .m_slots = minimal_slots,
};

PyMODINIT_FUNC
PyInit_minimal(void)
{
    return PyModuleDef_Init(&minimal_module);
}
