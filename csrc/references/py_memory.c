/* What check_leaks reads of memory that Python's own counters don't know. */

#include "native.h"
#include "os/memory_sizes.h"
#include "references/heap.h"

static PyObject *
heap_bytes(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    uint64_t bytes;
    if (!heap_bytes_in_use(&bytes)) {
        Py_RETURN_NONE;
    }
    return PyLong_FromUnsignedLongLong(bytes);
}

static PyObject *
memory_sizes(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    struct memory_sizes sizes;
    if (memory_is_kept_when_freed() || !memory_sizes_read(&sizes)) {
        Py_RETURN_NONE;
    }
    return Py_BuildValue("KK", (unsigned long long)sizes.virtual_bytes,
                         (unsigned long long)sizes.private_bytes);
}

PyDoc_STRVAR(heap_bytes_doc,
             "heap_bytes($module)\n--\n\n"
             "Return the bytes that malloc() has given out, or None when that can't be told.");
PyDoc_STRVAR(memory_sizes_doc,
             "memory_sizes($module)\n--\n\n"
             "Return the bytes of the address space, and those that this process alone has.\n\n"
             "None when the system doesn't tell, or a sanitizer keeps what is freed. On Linux\n"
             "the second are in memory and shared with no file or process; on macOS they are\n"
             "the footprint; on Windows they are committed.");

PyMethodDef memory_functions[] = {
    {"heap_bytes", heap_bytes, METH_NOARGS, heap_bytes_doc},
    {"memory_sizes", memory_sizes, METH_NOARGS, memory_sizes_doc},
    {NULL, NULL, 0, NULL},
};
