"""The key of an item that is removed.

See https://github.com/aio-libs/multidict/pull/1233.
"""

from multidict import MultiDict


def fn():
    md = MultiDict({"key": 1})
    del md["key"]
