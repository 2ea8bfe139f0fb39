"""The value of a coroutine awaited by __aexit__().

See https://github.com/cython/cython/issues/6878.
"""

import hello


class Leaked:
    pass


fn = hello.Manager
args = (Leaked,)
