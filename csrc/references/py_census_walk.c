/* Which objects are in a gilext._native.Census, and who refers to them: by the tp_traverse that
   the collector uses, and what that leaves out. No code in Python runs, and nothing is compared or
   hashed but addresses.

   A list of references that tp_traverse gives is that of a moment. With a GIL, nothing else runs
   meanwhile. On a free-threaded build, other threads would change what is read: there
   gc.get_referents() does the reading, which stops them. What they change between two of its
   calls can be missed, and nothing worse: the census refers to whatever it reads next. */

#include "references/py_census.h"

#include "arguments.h"
#include "cpython/hidden_referents.h"
#include "cpython/refcount_state.h"

enum { STEPS = 3 };

struct walk {
    struct census_object *self;
    int (*reach)(struct walk *walk, PyObject *object); /* 0, or -1 to end the walk */
    PyObject *from;
    bool has_type; /* whether `from` has been seen to refer to its type */
    /* Of census_method_add(): */
    PyObject *list;
    unsigned steps;
    /* Of census_method_references_from(): */
    const Py_buffer *view;
};

/* -- the referents of one object, or of several ---------------------------------------------- */

static int
visit(PyObject *object, void *arg)
{
    struct walk *walk = arg;
    walk->has_type |= object == (PyObject *)Py_TYPE(walk->from);
    return walk->reach(walk, object);
}

/* What its tp_traverse has left out. An object of a heap type has a reference to it, whether or
   not tp_traverse says so. */
static int
reach_others(struct walk *walk)
{
    PyTypeObject *type = Py_TYPE(walk->from);
    if (!walk->has_type && PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) &&
        walk->reach(walk, (PyObject *)type) < 0) {
        return -1;
    }
    return hidden_referents_visit(walk->from, visit, walk);
}

#ifndef Py_GIL_DISABLED

static int
reach_referents(struct walk *walk, PyObject *object)
{
    walk->from = object;
    walk->has_type = false;
    traverseproc traverse = Py_TYPE(object)->tp_traverse;
    if (traverse != NULL && PyObject_IS_GC(object) && traverse(object, visit, walk) != 0) {
        return -1;
    }
    return reach_others(walk);
}

int
find_get_referents(struct census_object *Py_UNUSED(self))
{
    return 0;
}

#else

int
find_get_referents(struct census_object *self)
{
    PyObject *module = PyImport_ImportModule("gc");
    self->get_referents = module == NULL ? NULL : get_of_module("gc", "get_referents");
    Py_XDECREF(module);
    return self->get_referents == NULL ? -1 : 0;
}

static int
reach_referents(struct walk *walk, PyObject *object)
{
    PyObject *referents = PyObject_CallOneArg(walk->self->get_referents, object);
    int status = referents == NULL ? -1 : 0;
    walk->from = object;
    walk->has_type = false;
    for (Py_ssize_t i = 0; status == 0 && i < PyList_GET_SIZE(referents); i++) {
        status = visit(PyList_GET_ITEM(referents, i), walk);
    }
    Py_XDECREF(referents);
    return status < 0 ? -1 : reach_others(walk);
}

#endif

/* -- adding ---------------------------------------------------------------------------------- */

/* Some modules keep dead objects to use them again, and show them to tp_traverse: _asyncio does so
   in 3.12. With a reference, such an object would die a second time. */
static bool
is_dead(PyObject *object)
{
    return Py_REFCNT(object) <= 0;
}

static int
add_object(struct walk *walk, PyObject *object)
{
    struct census_object *self = walk->self;
    if (object == (PyObject *)self || object == walk->list || is_dead(object) ||
        refcount_state_is_immortal(object)) {
        return 0;
    }
    size_t place = census_find(&self->census, object);
    if (place == CENSUS_NONE) {
        place = census_add(&self->census, object);
        if (place == CENSUS_NONE) {
            return -1;
        }
        Py_INCREF(object);
        if (self->is_protected) {
            protect_entry(&self->census.entries[place]);
        }
    }
    struct census_entry *entry = &self->census.entries[place];
    if (entry->steps < walk->steps) {
        entry->steps = walk->steps;
    }
    return 0;
}

static int
add_listed(struct walk *walk)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(walk->list); i++) {
        PyObject *owned_item = PyList_GetItemRef(walk->list, i);
        int status = owned_item == NULL ? -1 : add_object(walk, owned_item);
        Py_XDECREF(owned_item);
        if (status < 0) {
            return -1;
        }
    }
    return 0;
}

/* From each object that has `steps` to go: what it refers to has one less. */
static int
add_step(struct walk *walk, unsigned steps)
{
    const struct census *census = &walk->self->census;
    walk->steps = steps - 1;
    for (size_t place = 0; place < census->count; place++) {
        if (census->entries[place].steps == steps &&
            reach_referents(walk, object_at(census, place)) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
add_all(struct census_object *self, PyObject *list)
{
    struct walk walk = {.self = self, .reach = add_object, .list = list, .steps = STEPS};
    int status = add_listed(&walk);
    for (unsigned steps = STEPS; status == 0 && steps > 0; steps--) {
        status = add_step(&walk, steps);
    }
    for (size_t place = 0; place < self->census.count; place++) {
        self->census.entries[place].steps = 0;
    }
    if (status < 0 && !PyErr_Occurred()) {
        PyErr_NoMemory();
    }
    return status;
}

PyObject *
census_method_add(PyObject *self, PyObject *list)
{
    if (!PyList_Check(list)) {
        return PyErr_Format(PyExc_TypeError, "Census.add() takes a list, not %.100s",
                            Py_TYPE(list)->tp_name);
    }
    int status;
    size_t added;
    Py_BEGIN_CRITICAL_SECTION(self);
    size_t before = census_of(self)->census.count;
    status = add_all(census_of(self), list);
    added = census_of(self)->census.count - before;
    Py_END_CRITICAL_SECTION();
    return status < 0 ? NULL : PyLong_FromSize_t(added);
}

/* -- who refers to them ---------------------------------------------------------------------- */

static int
count_reference(struct walk *walk, PyObject *object)
{
    size_t place = census_find(&walk->self->census, object);
    if (place != CENSUS_NONE) {
        set_int64(walk->view, place, int64_at(walk->view, place) + 1);
    }
    return 0;
}

static int
count_from(struct census_object *self, PyObject *holders, const Py_buffer *view)
{
    if (!is_long_enough(view, self->census.count)) {
        return -1;
    }
    memset(view->buf, 0, self->census.count * sizeof(int64_t));
    struct walk walk = {.self = self, .reach = count_reference, .view = view};
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(holders); i++) {
        PyObject *owned_holder = PyList_GetItemRef(holders, i);
        int status = 0;
        if (owned_holder != (PyObject *)self) {
            status = owned_holder == NULL ? -1 : reach_referents(&walk, owned_holder);
        }
        Py_XDECREF(owned_holder);
        if (status < 0) {
            return -1;
        }
    }
    return 0;
}

PyObject *
census_method_references_from(PyObject *self, PyObject *const *args, Py_ssize_t nargs,
                              PyObject *kwnames)
{
    static const struct signature signature = {
        "Census.references_from", 2, 2, {"holders", "buffer"}};
    PyObject *values[MAX_ARGUMENTS];
    Py_buffer view;
    if (bind_arguments(&signature, args, nargs, kwnames, values) < 0) {
        return NULL;
    }
    if (!PyList_Check(values[0])) {
        return PyErr_Format(PyExc_TypeError,
                            "Census.references_from() argument 'holders' must be a list, "
                            "not %.100s",
                            Py_TYPE(values[0])->tp_name);
    }
    if (get_int64_buffer(values[1], PyBUF_WRITABLE, &view) < 0) {
        return NULL;
    }
    int status;
    Py_BEGIN_CRITICAL_SECTION(self);
    status = count_from(census_of(self), values[0], &view);
    Py_END_CRITICAL_SECTION();
    PyBuffer_Release(&view);
    return status < 0 ? NULL : Py_NewRef(Py_None);
}
