"""Raw.copy() leaks its bytes: 64 KiB, too large for Python's own allocator.

See https://github.com/msgspec/msgspec/pull/709.
"""

import msgspec

dec = msgspec.msgpack.Decoder(type=msgspec.Raw)
payload = b"\xda\xff\xff" + 65535 * b"\0"


def fn(payload):
    return dec.decode(payload).copy()


args = (payload,)
calls = 4000
