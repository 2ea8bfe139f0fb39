"""Meta(pattern=...) leaks a reference to the pattern, which re has cached.

See https://github.com/msgspec/msgspec/pull/899.
"""

import re

import msgspec

fn = msgspec.Meta
kwargs = {"pattern": "a+b"}


def watch():
    return {"the cached re.Pattern": re.compile("a+b")}
