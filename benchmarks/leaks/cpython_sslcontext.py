"""A cycle of an SSLContext and its callback is never collected.

See https://github.com/python/cpython/issues/142516.
"""

import ssl


def fn():
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    ctx.check_hostname = False
    ctx.verify_mode = ssl.CERT_NONE
    ctx.set_psk_client_callback(lambda hint: (str(ctx), b""))


calls = 1000
