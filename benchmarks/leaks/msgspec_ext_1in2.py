"""The bytes of an Ext; one message in two has one.

See https://github.com/msgspec/msgspec/pull/1109.
"""

import itertools

import msgspec

plain = msgspec.msgpack.encode([1, "a"])
ext = msgspec.msgpack.encode(msgspec.msgpack.Ext(5, b"x" * 100))
stream = itertools.cycle([plain, ext])


def fn():
    return msgspec.msgpack.decode(next(stream))
