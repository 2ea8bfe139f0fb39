"""Makes a list with a function of the Python API, called without the GIL."""

import ctypes

python = ctypes.CDLL(None)  # the mistake: CDLL releases the GIL around each call
python.PyList_New.restype = ctypes.py_object
python.PyList_New.argtypes = [ctypes.c_ssize_t]


def new_list() -> list[object]:
    """Return an empty list."""
    made: list[object] = python.PyList_New(0)
    return made
