"""Iterators and views don't give back their types.

See https://github.com/aio-libs/multidict/pull/1311.
"""

from multidict import MultiDict

md = MultiDict([("a", "1"), ("b", "2")])


def fn(md):
    v = md.keys()
    list(iter(v))


args = (md,)


def watch():
    return {"type(md.keys())": type(md.keys()), "type(iter(md.keys()))": type(iter(md.keys()))}
