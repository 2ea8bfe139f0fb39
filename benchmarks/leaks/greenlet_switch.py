"""The stack of each new greenlet stays mapped (CPython 3.11).

See https://github.com/python-greenlet/greenlet/issues/328.
"""

import greenlet


def hi():
    return "hello"


def fn():
    return greenlet.greenlet(hi, greenlet.getcurrent()).switch()


calls = 20_000
