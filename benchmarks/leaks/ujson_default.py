"""What default() returned, if not ASCII.

See https://github.com/ultrajson/ultrajson/issues/631.
"""

import ujson

text = "a text with an é"


class Thing:
    pass


def default(thing):
    return text


fn = ujson.dumps
args = (Thing(),)
kwargs = {"default": default}


def watch():
    return {"text": text}
