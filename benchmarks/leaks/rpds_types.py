"""No tp_dealloc gives back its type.

See https://github.com/PyO3/pyo3/issues/6223.
"""

import rpds

fn = rpds.List


def watch():
    return {"rpds.List": rpds.List}
