"""A worker that is joined before the next one starts never runs alongside it.

The experiment is gilext/lab/one_after_another.py.
"""

from gilext.lab.one_after_another import start_and_join


def main():
    """Start and join two workers in both orders."""
    lesson = start_and_join()
    print(lesson, end="\n\n")
    for row in lesson.rows:
        print(f"{row.workers}: {row.order}: {'at the same time' if row.met == 'yes' else 'apart'}.")


if __name__ == "__main__":
    main()
