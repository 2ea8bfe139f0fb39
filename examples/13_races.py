"""One counter in C, protected in six ways: what is lost, and what the protection costs.

The experiment is gilext/lab/races.py.
"""

import argparse

from gilext.lab.lesson import until_shown
from gilext.lab.races import count_in_threads


def main():
    """Count in several threads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--increments", type=int, default=2_000_000)
    arguments = parser.parse_args()
    lesson = until_shown(lambda: count_in_threads(arguments.workers, arguments.increments))
    print(lesson, end="\n\n")
    rows = {row.way: row for row in lesson.rows}
    plain = rows["plain, GIL released"].alone_seconds
    times = [
        f"{way}, {rows[way].alone_seconds / plain:.1f} times"
        for way in ("biased to one owner", "atomic", "one mutex")
    ]
    print(f"In one thread, an increment takes, compared with a plain one: {'; '.join(times)}.")


if __name__ == "__main__":
    main()
