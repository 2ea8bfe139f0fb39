"""The value of a coroutine awaited by an async generator.

See https://github.com/cython/cython/issues/6878.
"""

import hello


class Leaked:
    pass


fn = hello.items
args = (Leaked,)
