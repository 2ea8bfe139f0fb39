"""The dates of an index.

See https://github.com/pandas-dev/pandas/pull/62210.
"""

import pandas as pd

dates = pd.date_range("2019-01-01", periods=20, tz="UTC")
frame = pd.DataFrame({"a": [12.34] * 20}, index=dates).reset_index()


def fn(frame):
    return frame.to_json()


args = (frame,)
calls = 2000
