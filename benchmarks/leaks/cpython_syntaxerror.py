"""SyntaxError.__init__() leaks what an earlier call has set.

See https://github.com/python/cpython/issues/146250.
"""

e = SyntaxError("m", ("f", 1, 1, "t"))
fn = e.__init__
args = ("message of mine", ("file of mine", 1000, 2000, "text of mine"))
details = args[1]


def watch():
    return {"file (inside argument 2)": details[0], "1000 (inside argument 2)": details[1]}
