"""The table of NA strings (C memory).

See https://github.com/pandas-dev/pandas/issues/57039.
"""

import io

import pandas as pd

text = "a,b\n1,2\n3,4\n"


def fn(text):
    return pd.read_csv(io.StringIO(text), engine="c")


args = (text,)
calls = 2000
