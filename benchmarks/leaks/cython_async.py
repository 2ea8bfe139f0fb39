"""The value of an awaited coroutine leaks.

See https://github.com/cython/cython/issues/6878.
"""

import hello


class Leaked:
    pass


fn = hello.leak_return_value_of
args = (Leaked,)
