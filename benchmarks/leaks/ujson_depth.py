"""The last object of a default() that never ends.

See https://github.com/ultrajson/ultrajson/pull/727.
"""

import ujson


class Thing:
    pass


def another(thing):
    return Thing()


fn = ujson.dumps
args = (Thing(),)
kwargs = {"default": another}
raises = (OverflowError, TypeError)
calls = 2000
