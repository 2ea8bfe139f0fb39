"""The lower-case twin of each key.

See https://github.com/aio-libs/multidict/issues/1131.
"""

from multidict import CIMultiDict

headers = {"X-Any": "1", "X-Other": "2"}


def fn(headers):
    md = CIMultiDict()
    for key, value in CIMultiDict(headers).items():
        md.add(key, value)


args = (headers,)
