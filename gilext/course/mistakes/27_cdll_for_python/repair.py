"""Makes a list with a function of the Python API, called with the GIL."""

import ctypes

python = ctypes.PyDLL(None)  # the repair: PyDLL keeps the GIL
python.PyList_New.restype = ctypes.py_object
python.PyList_New.argtypes = [ctypes.c_ssize_t]


def new_list() -> list[object]:
    """Return an empty list."""
    made: list[object] = python.PyList_New(0)
    return made
