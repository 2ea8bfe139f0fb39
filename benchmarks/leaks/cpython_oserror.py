"""Attributes that are set before __init__().

See https://github.com/python/cpython/issues/150988.
"""

name = "a file of mine"


class Error(OSError):
    def __init__(self):
        self.filename = name
        super().__init__(2, "message", name)


fn = Error


def watch():
    return {"name": name}
