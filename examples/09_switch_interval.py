"""A thread that wants the GIL waits for the switch interval, if Python code holds it.

The experiment is gilext/lab/switch_interval.py. ``python 09_switch_interval.py 0.001 0.05`` runs it
at intervals of 1 ms and of 50 ms.
"""

import sys

from gilext.lab.lesson import until_shown
from gilext.lab.switch_interval import IN_C, INTERVALS, PYTHON, wait_for_python


def main():
    """Wait behind Python code, and behind C code that holds the GIL for 30 ms per call."""
    intervals = tuple(map(float, sys.argv[1:])) or INTERVALS
    lesson = until_shown(lambda: wait_for_python(intervals))
    print(lesson, end="\n\n")
    for holder in (PYTHON, IN_C):
        rows = [row for row in lesson.rows if row.holder == holder]
        waits = ", ".join(f"{row.median_wait_seconds * 1e3:.3f} ms" for row in rows)
        print(f"Behind {holder}: {waits}.")


if __name__ == "__main__":
    main()
