"""Reference counts that race leak an object or free it early: on a model, never on a real one.

The experiment is gilext/lab/refcounts.py.
"""

import argparse

from gilext.lab.lesson import until_shown
from gilext.lab.refcounts import race_references


def main():
    """Take and drop references in several threads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--objects", type=int, default=16)
    arguments = parser.parse_args()
    lesson = until_shown(lambda: race_references(arguments.workers, arguments.objects))
    print(lesson, end="\n\n")
    wrong = sum(row.leaked + row.freed_early for row in lesson.rows)
    print(f"In all ways together, {wrong} counts are wrong in the end.")


if __name__ == "__main__":
    main()
