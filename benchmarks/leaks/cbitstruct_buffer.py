"""pack_into() never releases the buffer.

See https://github.com/qchateau/cbitstruct/pull/25.
"""

import cbitstruct

buf = bytearray(4)


def fn(buf):
    cbitstruct.pack_into("u8u8", buf, 0, 1, 2)


args = (buf,)


def watch():
    return {"buf": buf}
