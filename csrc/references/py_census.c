/* gilext._native.Census: a list of objects, each once, whose reference counts check_leaks
   compares. It adds no more than one reference to each, which it leaves out of the counts. */

#include "references/py_census.h"

/* -- its life -------------------------------------------------------------------------------- */

/* Both names are interned, so that CPython's cache of attributes keeps no others. */
PyObject *
get_of_module(const char *module, const char *name)
{
    PyObject *module_name = PyUnicode_InternFromString(module);
    PyObject *own_name = PyUnicode_InternFromString(name);
    PyObject *found = NULL;
    if (module_name != NULL && own_name != NULL) {
        PyObject *imported = PyImport_GetModule(module_name);
        found = imported == NULL ? NULL : PyObject_GetAttr(imported, own_name);
        Py_XDECREF(imported);
    }
    Py_XDECREF(module_name);
    Py_XDECREF(own_name);
    return found;
}

static PyObject *
census_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, ":Census", names)) {
        return NULL;
    }
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL &&
        (find_sized_types(census_of(self)) < 0 || find_get_referents(census_of(self)) < 0)) {
        Py_CLEAR(self);
    }
    return self;
}

static int
census_traverse(PyObject *self, visitproc visit, void *arg)
{
    const struct census_object *object = census_of(self);
    for (size_t i = 0; i < object->census.count; i++) {
        Py_VISIT(object_at(&object->census, i));
    }
    for (size_t i = 0; i < SIZED_TYPES; i++) {
        Py_VISIT(object->sized_types[i]);
    }
    Py_VISIT(object->get_referents);
    Py_VISIT(Py_TYPE(self));
    return 0;
}

/* What goes with its last reference may run any code, which then finds an empty census. */
static int
census_drop_all(PyObject *self)
{
    struct census dropped;
    Py_BEGIN_CRITICAL_SECTION(self);
    release_all(census_of(self));
    dropped = census_of(self)->census;
    census_of(self)->census = (struct census){.entries = NULL};
    Py_END_CRITICAL_SECTION();
    for (size_t i = 0; i < dropped.count; i++) {
        Py_DECREF(object_at(&dropped, i));
    }
    census_destroy(&dropped);
    return 0;
}

static void
census_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    census_drop_all(self);
    for (size_t i = 0; i < SIZED_TYPES; i++) {
        Py_CLEAR(census_of(self)->sized_types[i]);
    }
    Py_CLEAR(census_of(self)->get_referents);
    type->tp_free(self);
    Py_DECREF(type);
}

/* -- as a sequence --------------------------------------------------------------------------- */

static Py_ssize_t
census_length(PyObject *self)
{
    size_t count;
    Py_BEGIN_CRITICAL_SECTION(self);
    count = census_of(self)->census.count;
    Py_END_CRITICAL_SECTION();
    return (Py_ssize_t)count;
}

static PyObject *
census_item(PyObject *self, Py_ssize_t place)
{
    PyObject *object = NULL;
    Py_BEGIN_CRITICAL_SECTION(self);
    const struct census *census = &census_of(self)->census;
    if (place >= 0 && (size_t)place < census->count) {
        object = Py_NewRef(object_at(census, (size_t)place));
    }
    Py_END_CRITICAL_SECTION();
    if (object == NULL) {
        PyErr_SetString(PyExc_IndexError, "there is no such place in the census");
    }
    return object;
}

static PyObject *
census_method_clear(PyObject *self, PyObject *Py_UNUSED(none))
{
    census_drop_all(self);
    Py_RETURN_NONE;
}

/* -- the module's part ----------------------------------------------------------------------- */

PyDoc_STRVAR(census_doc,
             "Census()\n--\n\n"
             "Objects whose reference counts and sizes are compared: each once, none immortal.\n\n"
             "It holds one reference to each, which its counts leave out.");
PyDoc_STRVAR(add_doc,
             "add($self, objects, /)\n--\n\n"
             "Add what is listed, and what is reached from there in three steps.\n\n"
             "A step goes to what an object refers to, as gc.get_referents() has it; and to its\n"
             "type, a dict's keys, and the constants and names of code, which that leaves out.\n"
             "The list itself and the census aren't added. Returns how many are new.\n\n"
             "Raises\n------\n"
             "TypeError\n    When it is no list.\n"
             "MemoryError\n    When there is no memory; what was added until then stays.");
PyDoc_STRVAR(counts_doc,
             "counts($self, buffer, /)\n--\n\n"
             "Write the count of each object into a buffer of int64, without the census's own.\n\n"
             "-2**63 for an object that has become immortal. It allocates nothing.\n\n"
             "Raises\n------\n"
             "TypeError, BufferError, ValueError\n"
             "    When it is no writable buffer of 'q' with room for all.");
PyDoc_STRVAR(sizes_doc,
             "sizes($self, buffer, /)\n--\n\n"
             "Write how many items each object has into a buffer of int64, and -1 for none.\n\n"
             "Of lists, dicts, sets, byte arrays, deques and arrays, and their subclasses, whose\n"
             "__len__ isn't called. It allocates nothing.\n\n"
             "Raises\n------\n"
             "TypeError, BufferError, ValueError\n"
             "    When it is no writable buffer of 'q' with room for all.");
PyDoc_STRVAR(changed_doc,
             "changed($self, /, before, after)\n--\n\n"
             "Return the places at which two buffers of counts, or of sizes, differ.\n\n"
             "An object that has become immortal in between isn't among them.");
PyDoc_STRVAR(references_from_doc,
             "references_from($self, /, holders, buffer)\n--\n\n"
             "Write into a buffer of int64 how many references the holders have to each object.\n\n"
             "Those that add() goes along. A holder that is listed twice counts twice; the\n"
             "census itself doesn't count.");
PyDoc_STRVAR(protect_doc,
             "protect($self)\n--\n\n"
             "Let each object outlive a million references that are dropped once too often.\n\n"
             "counts() leaves the references out that this makes. Returns whether it did: on a\n"
             "free-threaded build there is no way.");
PyDoc_STRVAR(
    release_doc,
    "release($self)\n--\n\n"
    "End the protection. Returns how many objects had lost even the census's reference.\n\n"
    "These get back all that they had when the protection began.");
PyDoc_STRVAR(give_back_doc,
             "give_back($self, /, place, references)\n--\n\n"
             "Give one object references back that were dropped without being anybody's.");
PyDoc_STRVAR(clear_doc, "clear($self)\n--\n\nEnd the protection, and let go of all objects.");

static PyMethodDef census_methods[] = {
    {"add", census_method_add, METH_O, add_doc},
    {"counts", census_method_counts, METH_O, counts_doc},
    {"sizes", census_method_sizes, METH_O, sizes_doc},
    {"changed", METHOD(census_method_changed), METH_FASTCALL | METH_KEYWORDS, changed_doc},
    {"references_from", METHOD(census_method_references_from), METH_FASTCALL | METH_KEYWORDS,
     references_from_doc},
    {"protect", census_method_protect, METH_NOARGS, protect_doc},
    {"release", census_method_release, METH_NOARGS, release_doc},
    {"give_back", METHOD(census_method_give_back), METH_FASTCALL | METH_KEYWORDS, give_back_doc},
    {"clear", census_method_clear, METH_NOARGS, clear_doc},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot census_slots[] = {
    {Py_tp_doc, SLOT(census_doc)},
    {Py_tp_new, SLOT(census_new)},
    {Py_tp_dealloc, SLOT(census_dealloc)},
    {Py_tp_traverse, SLOT(census_traverse)},
    {Py_tp_clear, SLOT(census_drop_all)},
    {Py_tp_methods, census_methods},
    {Py_sq_length, SLOT(census_length)},
    {Py_sq_item, SLOT(census_item)},
    {0, NULL},
};

PyType_Spec census_spec = {
    .name = "gilext._native.Census",
    .basicsize = sizeof(struct census_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = census_slots,
};
