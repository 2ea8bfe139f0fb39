"""The keys of an object.

See https://github.com/TeskaLabs/cysimdjson/issues/41.
"""

import cysimdjson

parser = cysimdjson.JSONParser()
document = parser.parse(b'{"a key of mine": 1, "another key": 2}')


def fn(document):
    return list(document.keys())


args = (document,)
