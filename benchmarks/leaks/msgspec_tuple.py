"""A tuple of more than 16 items.

See https://github.com/msgspec/msgspec/issues/379.
"""

import msgspec

fn = msgspec.msgpack.Decoder(tuple[int, ...]).decode
args = (msgspec.msgpack.encode(tuple(range(17))),)
