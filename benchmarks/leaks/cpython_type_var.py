"""A cycle that the collector can't see.

See https://github.com/python/cpython/issues/140000.
"""

from typing import TypeVar


class Name(str):
    pass


def fn():
    name = Name("T")
    name.var = TypeVar(name)


calls = 4000
