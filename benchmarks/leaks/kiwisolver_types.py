"""No tp_dealloc gives back its type.

See https://github.com/nucleic/kiwi/issues/223.
"""

import kiwisolver

VARIABLE = type(kiwisolver.Variable("x"))


def fn():
    return kiwisolver.Variable("x")


def watch():
    return {"kiwisolver.Variable": VARIABLE}
