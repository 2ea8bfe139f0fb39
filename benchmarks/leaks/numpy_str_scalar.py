"""str(scalar) leaks a reference to its dtype.

See https://github.com/numpy/numpy/pull/24211.
"""

import numpy as np

x = np.int64(5)
fn = str
args = (x,)


def watch():
    return {"np.dtype('int64')": np.dtype("int64")}
