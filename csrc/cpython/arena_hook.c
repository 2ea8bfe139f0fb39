/* The hook is the process's, as the allocator is, so it is no state of a module. CPython calls it
   from any interpreter, with the `ctx` of whichever allocator it has just read, and may still call
   it when it has been taken out again: so it needs no `ctx`, works for as long as the process
   lives, and what it calls never changes once that is known.

   What is mapped with the hook may be unmapped without it, and the other way round: it passes on
   the memory as it is. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "cpython/arena_hook.h"

#include <stdatomic.h>

#ifdef Py_GIL_DISABLED
enum { HAS_ARENAS = 0 };
#else
enum { HAS_ARENAS = 1 };
#endif

/* The allocator that the hook found the first time. It is written once, before `state` says so,
   and read after: release, acquire. */
enum { UNKNOWN, BEING_READ, KNOWN };
static atomic_int state;
static PyObjectArenaAllocator found;

/* These order nothing. */
static atomic_llong mapped_bytes;
static atomic_int users;

static void *
hooked_alloc(void *Py_UNUSED(context), size_t size)
{
    void *memory = found.alloc(found.ctx, size);
    if (memory != NULL) {
        atomic_fetch_add_explicit(&mapped_bytes, (long long)size, memory_order_relaxed);
    }
    return memory;
}

static void
hooked_free(void *Py_UNUSED(context), void *memory, size_t size)
{
    found.free(found.ctx, memory, size);
    atomic_fetch_sub_explicit(&mapped_bytes, (long long)size, memory_order_relaxed);
}

static const PyObjectArenaAllocator hook = {.alloc = hooked_alloc, .free = hooked_free};

static bool
is_known(void)
{
    int expected = UNKNOWN;
    if (atomic_compare_exchange_strong_explicit(&state, &expected, BEING_READ, memory_order_relaxed,
                                                memory_order_relaxed)) {
        PyObject_GetArenaAllocator(&found);
        atomic_store_explicit(&state, KNOWN, memory_order_release);
    }
    return atomic_load_explicit(&state, memory_order_acquire) == KNOWN;
}

static bool
is_in_place(const PyObjectArenaAllocator *wanted)
{
    PyObjectArenaAllocator now;
    PyObject_GetArenaAllocator(&now);
    return now.ctx == wanted->ctx && now.alloc == wanted->alloc && now.free == wanted->free;
}

/* Somebody else's hook stays where it is: it may call the one that it found, which may be ours. */
static void
replace(const PyObjectArenaAllocator *old, const PyObjectArenaAllocator *new)
{
    PyObjectArenaAllocator copy = *new;
    if (is_in_place(old)) {
        PyObject_SetArenaAllocator(&copy);
    }
}

void
arena_hook_use(void)
{
    bool is_first = atomic_fetch_add_explicit(&users, 1, memory_order_relaxed) == 0;
    if (HAS_ARENAS && is_first && is_known()) {
        replace(&found, &hook);
    }
}

void
arena_hook_release(void)
{
    bool is_last = atomic_fetch_sub_explicit(&users, 1, memory_order_relaxed) == 1;
    if (is_last && is_known()) {
        replace(&hook, &found);
    }
}

bool
arena_hook_bytes(int64_t *bytes)
{
    *bytes = atomic_load_explicit(&mapped_bytes, memory_order_relaxed);
    return is_in_place(&hook);
}
