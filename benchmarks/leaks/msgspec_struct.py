"""The values of a decoded struct.

See https://github.com/msgspec/msgspec/pull/312.
"""

import msgspec


class Point(msgspec.Struct):
    x: str


fn = msgspec.json.Decoder(Point).decode
args = (b'{"x": "a value"}',)
