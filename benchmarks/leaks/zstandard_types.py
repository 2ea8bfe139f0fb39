"""No tp_dealloc gives back its type.

See https://github.com/indygreg/python-zstandard/issues/294.
"""

import zstandard

fn = zstandard.ZstdCompressionParameters


def watch():
    return {"ZstdCompressionParameters": zstandard.ZstdCompressionParameters}
