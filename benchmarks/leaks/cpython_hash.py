"""What a __hash__() returned that is no int.

See https://github.com/python/cpython/issues/140406.
"""


class Key:
    def __hash__(self):
        return [1]


fn = hash
args = (Key(),)
raises = TypeError
