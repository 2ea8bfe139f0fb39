#include "cpython/callee.h"

#ifdef GILEXT_KNOWS_CALLS

#include <stdio.h>

#include <opcode.h>

#include "os/memory.h"

/* -- which object --------------------------------------------------------------------------- */

static const void *
object_of(_PyStackRef value)
{
    return (const void *)(value.bits & ~(uintptr_t)7); /* the lowest bits are tags */
}

static bool
is_exactly(const struct memory_source *source, const void *object, const PyTypeObject *type)
{
    PyObject head;
    return memory_copy_from(source, &head, object, sizeof head) &&
           is_exactly_of(source, &head, type);
}

static bool
is_one_of(const struct memory_source *source, const PyTypeObject *type, const PyTypeObject *first,
          const PyTypeObject *second)
{
    return type == memory_address(source, first) || type == memory_address(source, second);
}

/* What of a frame's stack has to do with a call. */
struct call_values {
    _Py_CODEUNIT instruction;
    _PyStackRef callee;
    _PyStackRef self; /* the object whose method it is; or NULL */
    _PyStackRef witness;
};

/* Whether the call goes on. As soon as it is over, its values are taken from the stack one by one,
   the last first, or what it returned takes the place of what was called, and that the place of the
   object. Giving them back may last long. */
static bool
goes_on(const struct memory_source *source, const struct call_site *site,
        const struct call_values *values)
{
    const void *callee = object_of(values->callee), *self = object_of(values->self);
    const void *witness = object_of(values->witness);
    bool has_arguments = site->witness > site->callee + 1;
    if (site->witness_is_tuple) {
        return witness != NULL && is_exactly(source, witness, &PyTuple_Type);
    }
    switch (values->instruction.op.code) {
    case CALL_METHOD_DESCRIPTOR_FAST:
    case CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS:
    case CALL_METHOD_DESCRIPTOR_NOARGS:
    case CALL_METHOD_DESCRIPTOR_O:
        return is_exactly(source, callee, &PyMethodDescr_Type) && witness != NULL;
    case CALL:
    case CALL_NON_PY_GENERAL:
        return witness != NULL || (!has_arguments && is_exactly(source, callee, &PyCFunction_Type));
    case CALL_KW:
    case CALL_KW_NON_PY:
        return witness != NULL;
    default:
        return self == NULL && (witness != NULL || !has_arguments);
    }
}

/* The object that is called, if the frame is still the innermost, at the same instruction, with as
   many values on its stack as there are while the call goes on. */
static const void *
find_object(const struct frame_walk *walk, const struct call_site *site, int locals)
{
    const struct _PyInterpreterFrame *frame = walk->innermost, *innermost;
    const _PyStackRef *bottom = &frame->localsplus[locals];
    struct _PyInterpreterFrame head;
    struct call_values values;
    const struct memory_piece pieces[] = {
        {&innermost, &((const PyThreadState *)walk->thread)->current_frame, sizeof innermost},
        {&head, frame, offsetof(struct _PyInterpreterFrame, localsplus)},
        {&values.callee, bottom + site->callee, sizeof values.callee},
        {&values.self, bottom + site->callee + 1, sizeof values.self},
        {&values.witness, bottom + site->witness, sizeof values.witness},
        {&values.instruction, walk->items[0].instruction, sizeof values.instruction},
    };
    bool is_there = memory_copy_pieces_from(walk->source, pieces, Py_ARRAY_LENGTH(pieces)) &&
                    innermost == frame && head.instr_ptr == walk->items[0].instruction &&
                    head.stackpointer == bottom + site->depth &&
                    goes_on(walk->source, site, &values);
    return is_there ? object_of(values.callee) : NULL;
}

/* -- what it is called ---------------------------------------------------------------------- */

/* Texts of C code are shorter than this, and don't end where memory does. */
struct text {
    char bytes[80];
};

static bool
read_text(const struct memory_source *source, struct text *text, const char *from)
{
    const size_t page = 4096, size = sizeof text->bytes;
    size_t first = page - (uintptr_t)from % page;
    first = first < size ? first : size;
    if (from == NULL || !memory_copy_from(source, text->bytes, from, first)) {
        return false;
    }
    if (memchr(text->bytes, '\0', first) != NULL) {
        return true;
    }
    return first < size &&
           memory_copy_from(source, text->bytes + first, from + first, size - first) &&
           memchr(text->bytes, '\0', size) != NULL;
}

static bool
is_type(const PyTypeObject *type)
{
    return PyType_HasFeature((PyTypeObject *)type, Py_TPFLAGS_TYPE_SUBCLASS);
}

/* The name of a type: with its module, if it was made in C. */
static bool
read_type_name(const struct memory_source *source, struct text *name, const PyTypeObject *type)
{
    PyTypeObject copy, metatype;
    return memory_copy_from(source, &copy, type, sizeof copy) &&
           memory_copy_from(source, &metatype, Py_TYPE((PyObject *)&copy), sizeof metatype) &&
           is_type(&metatype) && read_text(source, name, copy.tp_name);
}

static bool
write_name(char name[MAX_CALLEE_BYTES], const char *owner, const char *function)
{
    int size = snprintf(name, MAX_CALLEE_BYTES, "%s.%s", owner, function);
    return size > 0 && size < MAX_CALLEE_BYTES;
}

static bool
name_method(const struct memory_source *source, char name[MAX_CALLEE_BYTES],
            const PyTypeObject *type, const char *function)
{
    struct text owner, method;
    return read_type_name(source, &owner, type) && read_text(source, &method, function) &&
           write_name(name, owner.bytes, method.bytes);
}

/* A module is a text: as short as those of C code, if it is the name of one. */
static bool
read_module(const struct memory_source *source, struct text *module, const PyObject *object)
{
    PyASCIIObject head;
    if (!memory_copy_from(source, &head, object, sizeof head) ||
        !is_exactly_of(source, &head, &PyUnicode_Type) || !head.state.compact ||
        !head.state.ascii || head.length < 0 || head.length >= (Py_ssize_t)sizeof module->bytes ||
        !memory_copy_from(source, module->bytes, (const char *)object + sizeof head,
                          (size_t)head.length)) {
        return false;
    }
    module->bytes[head.length] = '\0';
    return true;
}

/* A function of a module, or a method that is bound to an object or a type. */
static bool
name_function(const struct memory_source *source, char name[MAX_CALLEE_BYTES],
              const PyCFunctionObject *function)
{
    PyMethodDef method;
    struct text module, text;
    PyObject self;
    PyTypeObject type;
    if (!memory_copy_from(source, &method, function->m_ml, sizeof method)) {
        return false;
    }
    if (function->m_module != NULL) {
        if (!read_module(source, &module, function->m_module) ||
            !read_text(source, &text, method.ml_name)) {
            return false;
        }
        bool is_builtin = strcmp(module.bytes, "builtins") == 0;
        return is_builtin ? snprintf(name, MAX_CALLEE_BYTES, "%s", text.bytes) > 0
                          : write_name(name, module.bytes, text.bytes);
    }
    if (function->m_self == NULL ||
        !memory_copy_from(source, &self, function->m_self, sizeof self) ||
        !memory_copy_from(source, &type, Py_TYPE(&self), sizeof type)) {
        return false;
    }
    const void *owner = is_type(&type) ? (void *)function->m_self : (void *)Py_TYPE(&self);
    return name_method(source, name, owner, method.ml_name);
}

static bool
name_descriptor(const struct memory_source *source, char name[MAX_CALLEE_BYTES],
                const PyMethodDescrObject *descriptor)
{
    PyMethodDef method;
    return memory_copy_from(source, &method, descriptor->d_method, sizeof method) &&
           name_method(source, name, descriptor->d_common.d_type, method.ml_name);
}

static bool
name_wrapper(const struct memory_source *source, char name[MAX_CALLEE_BYTES],
             const PyWrapperDescrObject *descriptor)
{
    struct wrapperbase base;
    return memory_copy_from(source, &base, descriptor->d_base, sizeof base) &&
           name_method(source, name, descriptor->d_common.d_type, base.name);
}

/* A type is called to make an object of it; anything else that isn't Python code, by its type. */
static bool
name_other(const struct memory_source *source, char name[MAX_CALLEE_BYTES], const void *object,
           const PyTypeObject *type)
{
    PyTypeObject copy;
    struct text text;
    if (is_one_of(source, type, &PyFunction_Type, &PyMethod_Type) ||
        !memory_copy_from(source, &copy, type, sizeof copy)) {
        return false;
    }
    if (!is_type(&copy)) {
        return copy.tp_call != NULL && read_type_name(source, &text, type) &&
               write_name(name, text.bytes, "__call__");
    }
    return read_type_name(source, &text, object) &&
           snprintf(name, MAX_CALLEE_BYTES, "%s", text.bytes) > 0;
}

static bool
name_object(const struct memory_source *source, char name[MAX_CALLEE_BYTES], const void *object)
{
    union {
        PyObject object;
        PyCFunctionObject function;
        PyMethodDescrObject descriptor;
        PyWrapperDescrObject wrapper;
    } copy;
    if (!memory_copy_from(source, &copy.object, object, sizeof copy.object)) {
        return false;
    }
    const PyTypeObject *type = Py_TYPE(&copy.object);
    if (is_one_of(source, type, &PyCFunction_Type, &PyCMethod_Type)) {
        return memory_copy_from(source, &copy.function, object, sizeof copy.function) &&
               name_function(source, name, &copy.function);
    }
    if (is_one_of(source, type, &PyMethodDescr_Type, &PyClassMethodDescr_Type)) {
        return memory_copy_from(source, &copy.descriptor, object, sizeof copy.descriptor) &&
               name_descriptor(source, name, &copy.descriptor);
    }
    if (type == memory_address(source, &PyWrapperDescr_Type)) {
        return memory_copy_from(source, &copy.wrapper, object, sizeof copy.wrapper) &&
               name_wrapper(source, name, &copy.wrapper);
    }
    return name_other(source, name, object, type);
}

/* While the call goes on the object isn't gone, and so nothing is that it refers to. */
bool
callee_find(const struct frame_walk *walk, const struct call_site *site, int locals,
            char name[MAX_CALLEE_BYTES])
{
    if (site->callee < 0) {
        return false;
    }
    const void *object = find_object(walk, site, locals);
    return object != NULL && name_object(walk->source, name, object) &&
           find_object(walk, site, locals) == object;
}

#endif
