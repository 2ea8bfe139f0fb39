"""What the services here do wrong: they hold the GIL while they serve."""

import json
import os

ROWS = [{"id": number, "name": "x" * 20, "price": number * 1.5} for number in range(60_000)]


def hold(_=None):
    """Hold the GIL for some hundredths of a second; return who did."""
    json.dumps(ROWS)
    return os.getpid()
