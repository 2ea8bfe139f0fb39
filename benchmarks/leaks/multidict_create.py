"""The keys of a new CIMultiDict.

See https://github.com/aio-libs/multidict/issues/1117.
"""

from multidict import CIMultiDict


def fn():
    headers = CIMultiDict({"User-Agent": "test"})
    headers.get("User-Agent")
