"""MultiDictProxy doesn't give back its type.

See https://github.com/aio-libs/multidict/pull/1380.
"""

from multidict import MultiDict, MultiDictProxy

md = MultiDict()


def fn(md):
    return MultiDictProxy(md)


args = (md,)


def watch():
    return {"MultiDictProxy": MultiDictProxy}
