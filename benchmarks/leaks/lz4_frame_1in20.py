"""One frame in twenty is broken.

See https://github.com/python-lz4/python-lz4/issues/247.
"""

import itertools

import lz4.frame

whole = lz4.frame.compress(bytes(range(256)) * 40, content_checksum=True)
broken = whole[:-4] + b"\0\0\0\0"
frames = itertools.cycle([whole] * 19 + [broken])


def fn():
    return lz4.frame.decompress(next(frames))


raises = RuntimeError
calls = 20_000
