"""CPU-bound work is no faster in threads in Python, and nearly twice as fast in C that releases.

The experiment is gilext/lab/cpu_bound.py. Options: ``--one-core`` keeps this process on one core (on
Linux), ``--interval SECONDS`` sets the switch interval, ``--numbers N`` the length of a call.
"""

import argparse
import os
import sys

from gilext.lab.cpu_bound import work_in_two_threads
from gilext.lab.lesson import until_shown


def main():
    """Work as it was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one-core", action="store_true")
    parser.add_argument("--interval", type=float, default=sys.getswitchinterval())
    parser.add_argument("--numbers", type=int, default=700_000)
    options = parser.parse_args()
    if options.one_core:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    sys.setswitchinterval(options.interval)
    lesson = until_shown(lambda: work_in_two_threads(options.numbers))
    print(lesson, end="\n\n")
    waits = [row.waits for row in lesson.rows[:2]]
    print(f"Threads of Python waited {waits[1]} times, and the same work in sequence {waits[0]}.")


if __name__ == "__main__":
    main()
