"""The context of a frame that is broken.

See https://github.com/python-lz4/python-lz4/issues/247.
"""

import lz4.frame

whole = lz4.frame.compress(bytes(range(256)) * 40, content_checksum=True)
broken = whole[:-4] + b"\0\0\0\0"
fn = lz4.frame.decompress
args = (broken,)
raises = RuntimeError
calls = 4000
