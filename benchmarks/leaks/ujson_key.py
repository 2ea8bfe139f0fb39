"""A key that is no string.

See https://github.com/ultrajson/ultrajson/issues/419.
"""

import ujson

key = 12345
fn = ujson.dumps
args = ({key: 1},)


def watch():
    return {"key": key}
