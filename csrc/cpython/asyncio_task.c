#include "cpython/layouts.h"

#ifdef GILEXT_KNOWS_FRAMES

#include "cpython/asyncio_task.h"

#include <stdio.h>

#include "cpython/dict_object.h"
#include "cpython/text_object.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_moduleobject.h"
#if PY_VERSION_HEX >= 0x030D0000
#include "internal/pycore_tstate.h"
#endif
#include "os/memory.h"

enum {
    MAX_LOOPS = 16,      /* that run tasks at the same time: more are not searched */
    MAX_TASK_WORDS = 32, /* of a task, the rest is not read */
    MAX_BASES = 8,
};

/* -- asyncio's module ----------------------------------------------------------------------- */

static bool
read_pointer(const void **pointer, const void *from)
{
    return memory_copy(pointer, from, sizeof *pointer) && *pointer != NULL;
}

static bool
find_modules(const PyInterpreterState *interpreter, const void **modules)
{
#if PY_VERSION_HEX < 0x030C0000
    return read_pointer(modules, &interpreter->modules);
#else
    return read_pointer(modules, &interpreter->imports.modules);
#endif
}

/* The program imports it when it wants to, and then modules become more. */
static bool
find_module(struct asyncio_state *asyncio)
{
    const void *modules, *module, *names;
    size_t count;
    if (!find_modules(asyncio->interpreter, &modules) || !dict_object_count(modules, &count) ||
        count == asyncio->modules) {
        return false;
    }
    asyncio->modules = count;
    module = dict_object_find(modules, "_asyncio");
    if (module == NULL || !read_pointer(&names, &((const PyModuleObject *)module)->md_dict)) {
        return false;
    }
    asyncio->task_type = dict_object_find(names, "Task");
#if PY_VERSION_HEX < 0x030E0000
    asyncio->current_tasks = dict_object_find(names, "_current_tasks");
    bool is_complete = asyncio->task_type != NULL && asyncio->current_tasks != NULL;
#else
    bool is_complete = asyncio->task_type != NULL;
#endif
    asyncio->modules = is_complete ? count : 0; /* 0: it is just being imported */
    return is_complete;
}

static bool
find_asyncio(struct asyncio_state *asyncio, const PyInterpreterState *interpreter)
{
    if (asyncio->interpreter != interpreter) {
        *asyncio = (struct asyncio_state){.interpreter = interpreter};
    }
    return asyncio->is_found || (asyncio->is_found = find_module(asyncio));
}

/* -- the tasks that run --------------------------------------------------------------------- */

static size_t
find_running(struct asyncio_state *asyncio, gil_holder thread, const void *tasks[MAX_LOOPS])
{
    const PyThreadState *state = (const PyThreadState *)thread;
    const void *interpreter;
#if PY_VERSION_HEX >= 0x030E0000
    if (!read_pointer(&tasks[0], &((const _PyThreadStateImpl *)state)->asyncio_running_task)) {
        return 0;
    }
#endif
    if (!read_pointer(&interpreter, &state->interp) || !find_asyncio(asyncio, interpreter)) {
        return 0;
    }
#if PY_VERSION_HEX >= 0x030E0000
    return 1;
#else
    return dict_object_values(asyncio->current_tasks, tasks, MAX_LOOPS);
#endif
}

static bool
has_type(const void *object, const void *wanted)
{
    PyObject head;
    return memory_copy(&head, object, sizeof head) && Py_TYPE(&head) == wanted;
}

/* Or of one that is made from it, in C or in Python: then it begins as one does. */
static bool
is_task(const struct asyncio_state *asyncio, const void *object)
{
    PyObject head;
    PyTypeObject type;
    if (!memory_copy(&head, object, sizeof head)) {
        return false;
    }
    const PyTypeObject *base = Py_TYPE(&head);
    for (int i = 0; i < MAX_BASES && base != asyncio->task_type; i++) {
        if (!memory_copy(&type, base, sizeof type)) {
            return false;
        }
        base = type.tp_base;
    }
    return base == asyncio->task_type;
}

/* -- what a task is called ------------------------------------------------------------------ */

/* The frame of a coroutine lies in it. */
static bool
is_on_stack(const struct frame_walk *walk, const char *coroutine)
{
    const void *frame = coroutine + offsetof(PyGenObject, gi_iframe);
    for (size_t i = 0; i < walk->count; i++) {
        if (walk->items[i].frame == frame) {
            return true;
        }
    }
    return false;
}

/* A name that nobody has asked for yet may be a number, from 3.12 on. */
static bool
read_number(const void *object, char name[MAX_NAME_BYTES])
{
#if PY_VERSION_HEX >= 0x030C0000
    PyLongObject copy;
    if (!memory_copy(&copy, object, sizeof copy) || Py_TYPE((PyObject *)&copy) != &PyLong_Type ||
        copy.long_value.lv_tag >> _PyLong_NON_SIZE_BITS != 1) {
        return false; /* more than one digit: a thousand million tasks */
    }
    snprintf(name, MAX_NAME_BYTES, "Task-%lu", (unsigned long)copy.long_value.ob_digit[0]);
    return true;
#else
    (void)object, (void)name;
    return false;
#endif
}

/* Where CPython keeps them is private to asyncio's module. But in each version a task has its
   coroutine, its name and its context next to each other; and which coroutine it is, the stack
   tells. */
static bool
read_name(const struct asyncio_state *asyncio, const struct frame_walk *walk, const void *task,
          char name[MAX_NAME_BYTES])
{
    const void *words[MAX_TASK_WORDS];
    PyTypeObject type;
    if (!memory_copy(&type, asyncio->task_type, sizeof type) || type.tp_basicsize < 0) {
        return false;
    }
    size_t size = (size_t)type.tp_basicsize;
    size = size < sizeof words ? size : sizeof words;
    if (!memory_copy(words, task, size)) {
        return false;
    }
    for (size_t i = 0; i + 2 < size / sizeof *words; i++) {
        if (is_on_stack(walk, words[i])) {
            return has_type(words[i + 2], &PyContext_Type) &&
                   (text_object_read(words[i + 1], name) || read_number(words[i + 1], name));
        }
    }
    return false;
}

bool
asyncio_task_find(struct asyncio_state *asyncio, const struct frame_walk *walk,
                  char name[MAX_NAME_BYTES])
{
    const void *tasks[MAX_LOOPS];
    size_t count = walk->has_coroutine ? find_running(asyncio, walk->thread, tasks) : 0;
    for (size_t i = 0; i < count; i++) {
        if (is_task(asyncio, tasks[i]) && read_name(asyncio, walk, tasks[i], name)) {
            return true;
        }
    }
    return false;
}

#endif
