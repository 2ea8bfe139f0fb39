"""None, of the sorting of the keys (before 3.12).

See https://github.com/simplejson/simplejson/pull/186.
"""

import simplejson

fn = simplejson.dumps
args = ({"b": 1, "a": 2},)
kwargs = {"sort_keys": True}


def watch():
    return {"None": None}
