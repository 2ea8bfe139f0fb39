/* A module that says of the GIL what is defined: NOT_USED, USED, SINGLE_PHASE and SET, NO_MODULE,
   or nothing at all; of interpreters, what INTERPRETERS is; STATE bytes are its state's, and
   METHODS gives it two functions. EXPORTED has all of these in slots within slots, and no
   definition. It imports what IMPORTS names, or ends the process if CRASHES. */

#include <Python.h>

#include <stdint.h>
#include <stdlib.h>

#define SLOT(function) ((void *)(uintptr_t)(function))

static int
execute(PyObject *module)
{
    (void)module;
#ifdef CRASHES
    abort();
#endif
#ifdef IMPORTS
    PyObject *imported = PyImport_ImportModule(IMPORTS);
    Py_XDECREF(imported);
    return imported == NULL ? -1 : 0;
#else
    return 0;
#endif
}

#if defined(METHODS) || defined(EXPORTED)
static PyObject *
return_none(PyObject *module, PyObject *ignored)
{
    (void)module, (void)ignored;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"first", return_none, METH_NOARGS, NULL},
    {"second", return_none, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
#endif

#ifdef EXPORTED

PyABIInfo_VAR(abi_info);

static PyModuleDef_Slot innermost[] = {
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
    {0, NULL},
};

static PySlot inner[] = {
    PySlot_DATA(Py_mod_slots, innermost),
    PySlot_STATIC_DATA(Py_mod_methods, methods),
    PySlot_DATA(Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED),
    PySlot_END,
};

static PySlot slots[] = {
    PySlot_DATA(Py_mod_abi, &abi_info),
    PySlot_FUNC(Py_mod_exec, execute),
    PySlot_SIZE(Py_mod_state_size, 40),
    PySlot_DATA(Py_slot_subslots, inner),
    PySlot_END,
};

PyMODEXPORT_FUNC
INIT(void)
{
    return slots;
}

#elif defined(SINGLE_PHASE)

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "declaring", .m_size = -1};

PyMODINIT_FUNC
INIT(void)
{
    PyObject *module = PyModule_Create(&definition);
#if defined(SET) && defined(Py_GIL_DISABLED)
    PyUnstable_Module_SetGIL(module, Py_MOD_GIL_NOT_USED);
#endif
    if (module != NULL && execute(module) < 0) {
        Py_CLEAR(module);
    }
    return module;
}

#else

#ifdef NO_MODULE
static PyObject *
create(PyObject *spec, PyModuleDef *definition)
{
    (void)spec, (void)definition;
    return PyUnicode_FromString("no module");
}
#endif

static PyModuleDef_Slot slots[] = {
#ifdef NO_MODULE
    {Py_mod_create, SLOT(create)},
#else
    {Py_mod_exec, SLOT(execute)},
#endif
#if defined(Py_mod_gil) && (defined(NOT_USED) || defined(NO_MODULE))
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#elif defined(Py_mod_gil) && defined(USED)
    {Py_mod_gil, Py_MOD_GIL_USED},
#endif
#if defined(Py_mod_multiple_interpreters) && defined(INTERPRETERS)
    {Py_mod_multiple_interpreters, (void *)INTERPRETERS},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "declaring", .m_slots = slots,
#ifdef STATE
    .m_size = STATE,
#endif
#ifdef METHODS
    .m_methods = methods,
#endif
};

PyMODINIT_FUNC
INIT(void)
{
    (void)execute;
    return PyModuleDef_Init(&definition);
}

#endif
