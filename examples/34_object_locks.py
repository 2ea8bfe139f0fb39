"""A lock on each list, or one lock for all of them.

The experiment is gilext/lab/object_locks.py.
"""

from gilext.lab.lesson import until_shown
from gilext.lab.object_locks import append_to_one_or_many


def main():
    """Append in two threads."""
    lesson = until_shown(append_to_one_or_many)
    print(lesson, end="\n\n")
    for row in lesson.rows:
        print(f"{row.way}: two threads do {row.scaling:.2f} times the work of one.")


if __name__ == "__main__":
    main()
