"""One message in ten needs default().

See https://github.com/ultrajson/ultrajson/issues/631.
"""

import itertools

import ujson

text = "a text with an é"


class Thing:
    pass


def default(thing):
    return text


messages = itertools.cycle([1] * 9 + [Thing()])


def fn():
    return ujson.dumps(next(messages), default=default)


def watch():
    return {"text": text}
