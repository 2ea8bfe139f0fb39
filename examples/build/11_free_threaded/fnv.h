/* What the files of the extension share. */

#ifndef FNV_H
#define FNV_H

#include <Python.h>

#include <stdint.h>

static const uint64_t BASIS = UINT64_C(14695981039346656037);
static const uint64_t PRIME = UINT64_C(1099511628211);

/* Up to here, releasing costs more than it gives. */
enum { MAX_HELD_BYTES = 2048 };

/* What one module object owns. Each interpreter that imports fnv has a module of its own. */
struct state {
    PyObject *error;
    PyTypeObject *hasher_type;
};

extern PyType_Spec hasher_spec;

PyObject *chain_in_thread(PyObject *module, PyObject *args);

/* The work: FNV-1a, a hash of 64 bits; nothing of Python in it. */
static inline uint64_t
fnv_add(uint64_t hash, const unsigned char *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ data[i]) * PRIME;
    }
    return hash;
}

/* Hash the eight bytes of a hash, and so on, for as many rounds. */
static inline uint64_t
fnv_chain(uint64_t hash, uint64_t rounds)
{
    for (; rounds > 0; rounds--) {
        uint64_t word = hash;
        hash = BASIS;
        for (int shift = 0; shift < 64; shift += 8) {
            hash = (hash ^ ((word >> shift) & 0xFF)) * PRIME;
        }
    }
    return hash;
}

#endif
