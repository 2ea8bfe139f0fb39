"""One object that all threads refer to, or one each: what counting costs.

The experiment is gilext/lab/shared_count.py.
"""

from gilext.lab.lesson import until_shown
from gilext.lab.shared_count import count_one_or_many


def main():
    """Refer to objects in two threads."""
    lesson = until_shown(count_one_or_many)
    print(lesson, end="\n\n")
    _, one_each, one_for_all, _ = lesson.rows
    times = one_for_all.together_seconds / one_each.together_seconds
    print(f"One object for all takes {times:.1f} times as long as one each.")


if __name__ == "__main__":
    main()
