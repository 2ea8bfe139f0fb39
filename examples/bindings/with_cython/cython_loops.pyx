# cython: language_level=3
"""The loop through Cython: held, with an annotation that changes nothing, and released."""

from libc.stdint cimport uint64_t


cdef extern from "loops/loops.h" nogil:
    uint64_t gilext_spin(uint64_t iterations, uint64_t seed)


# `nogil` says that the function may be called without the GIL. It releases nothing.
cdef uint64_t annotated(uint64_t iterations, uint64_t seed) noexcept nogil:
    return gilext_spin(iterations, seed)


def spin_held(uint64_t iterations, uint64_t seed):
    return gilext_spin(iterations, seed)


def spin_annotated(uint64_t iterations, uint64_t seed):
    return annotated(iterations, seed)


def spin_released(uint64_t iterations, uint64_t seed):
    cdef uint64_t result
    with nogil:
        result = gilext_spin(iterations, seed)
    return result
