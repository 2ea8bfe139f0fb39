"""Two kinds of tasks: one parses and holds the GIL, the other packs and releases it."""

import json
import zlib

TEXT = json.dumps([{"number": number, "name": f"row {number}"} for number in range(100_000)])
DATA = TEXT.encode()


def parse(number: int) -> int:
    """Parse a few megabytes of JSON, in one C call that holds the GIL."""
    return len(json.loads(TEXT)) + number


def pack(number: int) -> int:
    """Pack the same, in a C call that releases the GIL."""
    return len(zlib.compress(DATA)) + number
