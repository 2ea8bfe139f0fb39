"""The instance whose property is read.

See https://github.com/aio-libs/propcache/issues/159.
"""

from propcache import under_cached_property


class Thing:
    def __init__(self):
        self._cache = {}

    @under_cached_property
    def value(self):
        return [1]


def fn():
    return Thing().value


def watch():
    return {"Thing": Thing}
