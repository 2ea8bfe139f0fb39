"""The key of a pair whose second item can't be read.

See https://github.com/aio-libs/multidict/pull/1381.
"""

from multidict import MultiDict

md = MultiDict([("a", "1")])


class Key(str):
    pass


key = Key("a-key-of-mine")


class Pair:  # a sequence of two whose second can't be read
    def __len__(self):
        return 2

    def __getitem__(self, i):
        if i == 0:
            return key
        raise RuntimeError("no")


pair = Pair()


def fn(md, pair):
    return pair in md.items()


args = (md, pair)
raises = RuntimeError


def watch():
    return {"key": key}
