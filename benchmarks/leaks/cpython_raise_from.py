"""What an exception is raised from, if that fails.

See https://github.com/python/cpython/issues/140530.
"""


class Cause(BaseException):
    def __new__(cls):
        return object()


def fn():
    raise ValueError from Cause


raises = TypeError
