"""What an array of objects is filled with.

See https://github.com/numpy/numpy/pull/22798.
"""

import numpy as np

value = ["a value"]
a = np.empty(3, object)
fn = a.fill
args = (value,)


def watch():
    return {"argument 1": value}
