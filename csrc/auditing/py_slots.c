/* gilext._native: what an extension module says of itself in its PyModuleDef, or in the slots that
   its export hook returns. */

#include <dlfcn.h>

#include "cpython/module_object.h"
#include "native.h"

/* What is read of an array of slots, and of those that are nested in it. */
struct slot_reading {
    PyObject *slots;   /* a list of pairs: the number of each slot, and its value */
    PyObject *methods; /* a list of names; NULL if they aren't asked for */
};

static int
append_methods(PyObject *list, const PyMethodDef *methods)
{
    for (; list != NULL && methods != NULL && methods->ml_name != NULL; methods++) {
        PyObject *owned_name =
            PyUnicode_DecodeUTF8(methods->ml_name, (Py_ssize_t)strlen(methods->ml_name), "replace");
        if (append_owned(list, owned_name) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
append_slot(struct slot_reading *reading, int number, uintptr_t value)
{
    return append_owned(reading->slots, Py_BuildValue("iK", number, (unsigned long long)value));
}

#if PY_VERSION_HEX >= 0x030F0000

/* CPython loads no module that nests deeper. */
enum { MAX_NESTING = 5 };

static int read_definition_slots(struct slot_reading *, const PyModuleDef_Slot *, int nesting);
static int read_slots(struct slot_reading *, const PySlot *, int nesting);

static int
read_slot(struct slot_reading *reading, int number, void *value, int nesting)
{
    if (append_slot(reading, number, (uintptr_t)value) < 0) {
        return -1;
    }
    switch (number) {
    case Py_slot_subslots:
        return read_slots(reading, value, nesting + 1);
    case Py_mod_slots:
        return read_definition_slots(reading, value, nesting + 1);
    case Py_mod_methods:
        return append_methods(reading->methods, value);
    default:
        return 0;
    }
}

static int
read_slots(struct slot_reading *reading, const PySlot *slots, int nesting)
{
    for (; slots != NULL && nesting < MAX_NESTING && slots->sl_id != Py_slot_end; slots++) {
        if (read_slot(reading, slots->sl_id, slots->sl_ptr, nesting) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
read_definition_slots(struct slot_reading *reading, const PyModuleDef_Slot *slots, int nesting)
{
    for (; slots != NULL && nesting < MAX_NESTING && slots->slot != 0; slots++) {
        if (read_slot(reading, slots->slot, slots->value, nesting) < 0) {
            return -1;
        }
    }
    return 0;
}

#else

static int
read_definition_slots(struct slot_reading *reading, const PyModuleDef_Slot *slots,
                      int Py_UNUSED(nesting))
{
    for (; slots != NULL && slots->slot != 0; slots++) {
        if (append_slot(reading, slots->slot, (uintptr_t)slots->value) < 0) {
            return -1;
        }
    }
    return 0;
}

#endif

/* A module that is initialised in one phase is kept by its definition's index; a definition with
   slots is of a module that isn't. */
static bool
is_single_phase(PyModuleDef *definition)
{
    return definition->m_slots == NULL && PyState_FindModule(definition) != NULL;
}

static PyObject *
needs_gil(PyObject *module)
{
    enum module_gil gil = module_object_gil(module);
    return gil == MODULE_GIL_UNKNOWN ? Py_NewRef(Py_None)
                                     : PyBool_FromLong(gil == MODULE_NEEDS_GIL);
}

static bool
check_module(PyObject *object, const char *function)
{
    if (PyModule_Check(object)) {
        return true;
    }
    PyErr_Format(PyExc_TypeError, "%s() takes a module, not %.200s", function,
                 Py_TYPE(object)->tp_name);
    return false;
}

static PyObject *
module_definition(PyObject *Py_UNUSED(module), PyObject *object)
{
    if (!check_module(object, "module_definition")) {
        return NULL;
    }
    PyModuleDef *definition = PyModule_GetDef(object);
    if (definition == NULL) {
        return Py_BuildValue("OON", Py_None, Py_False, needs_gil(object));
    }
    struct slot_reading reading = {.slots = PyList_New(0)};
    if (reading.slots == NULL || read_definition_slots(&reading, definition->m_slots, 0) < 0) {
        Py_XDECREF(reading.slots);
        return NULL;
    }
    return Py_BuildValue("NNN", reading.slots, PyBool_FromLong(is_single_phase(definition)),
                         needs_gil(object));
}

PyDoc_STRVAR(module_definition_doc,
             "module_definition($module, object, /)\n--\n\n"
             "Return an extension module's slots, whether it is initialised in one phase, and\n"
             "whether a free-threaded build switches the GIL on for it.\n\n"
             "The slots are pairs of a number and a value; None if there is no PyModuleDef. The\n"
             "last is None where CPython doesn't keep it: on builds with a GIL.");

static PyObject *
module_contents(PyObject *Py_UNUSED(module), PyObject *object)
{
    if (!check_module(object, "module_contents")) {
        return NULL;
    }
    PyModuleDef *definition = PyModule_GetDef(object);
    if (definition == NULL) {
        Py_RETURN_NONE;
    }
    struct slot_reading reading = {PyList_New(0), PyList_New(0)};
    if (reading.slots == NULL || reading.methods == NULL ||
        append_methods(reading.methods, definition->m_methods) < 0 ||
        read_definition_slots(&reading, definition->m_slots, 0) < 0) {
        Py_XDECREF(reading.slots);
        Py_XDECREF(reading.methods);
        return NULL;
    }
    Py_DECREF(reading.slots);
    return Py_BuildValue("nN", definition->m_size, reading.methods);
}

PyDoc_STRVAR(module_contents_doc,
             "module_contents($module, object, /)\n--\n\n"
             "Return the size of an extension module's state, and the names of its functions, as\n"
             "its PyModuleDef has them; None if there is none.");

#if PY_VERSION_HEX >= 0x030F0000

/* The hook is called without an argument, and so once more: what it returns is to stay there. */
static const PySlot *
slots_of_hook(const char *path, const char *name)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
    if (library == NULL) {
        return NULL;
    }
    PySlot *(*hook)(void);
    *(void **)&hook = dlsym(library, name);
    const PySlot *slots = hook == NULL ? NULL : hook();
    dlclose(library);
    return slots;
}

static PyObject *
read_hook(const char *path, const char *name)
{
    const PySlot *slots = slots_of_hook(path, name);
    if (slots == NULL) {
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
    }
    struct slot_reading reading = {PyList_New(0), PyList_New(0)};
    if (reading.slots == NULL || reading.methods == NULL || read_slots(&reading, slots, 0) < 0) {
        Py_XDECREF(reading.slots);
        Py_XDECREF(reading.methods);
        return NULL;
    }
    return Py_BuildValue("NN", reading.slots, reading.methods);
}

#else

static PyObject *
read_hook(const char *Py_UNUSED(path), const char *Py_UNUSED(name))
{
    Py_RETURN_NONE;
}

#endif

static PyObject *
exported_slots(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *owned_path;
    const char *name;
    if (!PyArg_ParseTuple(args, "O&s:exported_slots", PyUnicode_FSConverter, &owned_path, &name)) {
        return NULL;
    }
    PyObject *read = read_hook(PyBytes_AS_STRING(owned_path), name);
    Py_DECREF(owned_path);
    return read;
}

PyDoc_STRVAR(exported_slots_doc,
             "exported_slots($module, path, name, /)\n--\n\n"
             "Return the slots that an export hook returns (PEP 793), and the names of the\n"
             "functions among them; None if the file isn't loaded or has no such hook.\n\n"
             "The name is that of the C function. Before CPython 3.15, this is None for all.");

PyMethodDef slots_functions[] = {
    {"module_definition", module_definition, METH_O, module_definition_doc},
    {"module_contents", module_contents, METH_O, module_contents_doc},
    {"exported_slots", exported_slots, METH_VARARGS, exported_slots_doc},
    {NULL, NULL, 0, NULL},
};
