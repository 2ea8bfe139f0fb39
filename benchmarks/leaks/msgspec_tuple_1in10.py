"""One message in ten is a long tuple.

See https://github.com/msgspec/msgspec/issues/379.
"""

import itertools

import msgspec

decode = msgspec.msgpack.Decoder(tuple[int, ...]).decode
short, long = (msgspec.msgpack.encode(tuple(range(size))) for size in (3, 17))
messages = itertools.cycle([short] * 9 + [long])


def fn():
    return decode(next(messages))
