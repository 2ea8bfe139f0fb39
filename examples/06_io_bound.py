"""Work that waits is faster in threads: the GIL is free while a thread sleeps.

The experiment is gilext/lab/io_bound.py. ``python 06_io_bound.py 0.02 0.2`` runs it with sleeps of
20 ms and of 200 ms.
"""

import sys

from gilext.lab.io_bound import wait_in_two_threads
from gilext.lab.lesson import until_shown


def main():
    """Run it with each length of a sleep."""
    for wait in map(float, sys.argv[1:] or ["0.07"]):
        lesson = until_shown(lambda wait=wait: wait_in_two_threads(600_000, wait))
        print(lesson, end="\n\n")
        sequence, *threads = lesson.rows
        seconds = " and ".join(f"{row.wall_seconds:.2f} s" for row in threads)
        print(f"Sleeps of {wait * 1e3:g} ms: {sequence.wall_seconds:.2f} s, in threads {seconds}.")


if __name__ == "__main__":
    main()
