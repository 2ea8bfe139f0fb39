"""Lists inside a struct.

See https://github.com/apache/arrow/issues/37989.
"""

import pyarrow as pa

kind = pa.struct([("a", pa.struct([("b", pa.list_(pa.string()))]))])
items = ["text"] * 10
rows = [{"a": {"b": items}}]
fn = pa.array
args = (rows, kind)


def watch():
    return {"items": items}
