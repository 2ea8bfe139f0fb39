"""Processes and sub-interpreters run in parallel too, at a price: their start and their memory.

The experiment is gilext/lab/processes.py. ``python 07_processes.py 2 0.02`` runs it with two
workers of each kind and calls of 20 ms.
"""

import sys

from gilext.lab.lesson import until_shown
from gilext.lab.processes import hire_each_kind


def main():
    """Hire workers, and say how much work the start is worth."""
    workers = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 0.1
    lesson = until_shown(lambda: hire_each_kind(workers, seconds, 500_000))
    print(lesson, end="\n\n")
    by_way = {row.way: row for row in lesson.rows}
    row = by_way["C, held, processes"]
    calls = row.start_seconds / row.wall_seconds
    print(f"The processes took as long to start as {calls:.1f} of these calls take.")


if __name__ == "__main__":  # each process imports this file
    main()
