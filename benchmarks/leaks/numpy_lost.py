"""np.array(x) of an x with __array__() loses a reference to its dtype (CPython 3.12).

See https://github.com/numpy/numpy/issues/29707.
"""

import numpy as np


class MyArray:
    def __init__(self, val):
        self.val = val

    def __array__(self, dtype=None, copy=None):
        return self.val.__array__(dtype=dtype, copy=copy)


d = np.dtype(np.int32)
hold = [d] * 100_000
x = MyArray(np.array(-1, dtype=np.int32))


def fn(x, d):
    np.array(x)


args = (x, d)
calls = 2_000  # few: the dtype is freed when the last reference is lost


def watch():
    return {"argument 2": d}
