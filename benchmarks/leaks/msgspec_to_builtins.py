"""The fields of an array-like struct.

See https://github.com/msgspec/msgspec/issues/1175.
"""

import msgspec


class Box(msgspec.Struct, array_like=True):
    width: float
    height: float


box = Box(1.5, 2.5)
fn = msgspec.to_builtins
args = (box,)


def watch():
    return {"box.width": box.width, "box.height": box.height}
