"""What `gilext watch --children` costs a short child: `python -c pass` with it and without.

    python benchmarks/children.py [PAIRS]

The two take turns, so what else the machine does hits both.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

from gilext.recording.child_settings import START_UP, ChildSettings
from gilext.recording.watch import DEFAULT_BUDGET, DEFAULT_INTERVAL, DEFAULT_STALLS


def seconds_of_child(environment: dict[str, str]) -> float:
    before = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], env=environment, check=True)
    return time.perf_counter() - before


def main(pairs: int = 50) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = ChildSettings(
            folder, DEFAULT_INTERVAL, DEFAULT_STALLS, 16 << 20, True, DEFAULT_BUDGET
        )
        others = os.environ.get("PYTHONPATH")
        watched = os.environ | {
            "GILEXT_CHILDREN": settings.to_text(),
            "PYTHONPATH": os.pathsep.join([START_UP, others] if others else [START_UP]),
        }
        seconds_of_child(watched)  # which may compile what it imports
        times = [
            (seconds_of_child(dict(os.environ)), seconds_of_child(watched)) for _ in range(pairs)
        ]
    without, with_it = (statistics.median(column) * 1e3 for column in zip(*times, strict=True))
    print(
        f"python -c pass: {without:.1f} ms; watched: {with_it:.1f} ms; "
        f"more: {with_it - without:.1f} ms (medians of {pairs} pairs)"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
