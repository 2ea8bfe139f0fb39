"""What a build without a GIL costs a program that has one thread.

The experiment is gilext/lab/without_gil.py. Name two builds of one version as arguments:
``python 31_without_gil.py /path/to/python3.14 /path/to/python3.14t``.
"""

import sys

from gilext.lab.without_gil import price_of_no_gil


def main():
    """Run the small programs in each interpreter."""
    lesson = price_of_no_gil(sys.argv[1:])
    print(lesson, end="\n\n")
    without = sum(row.gil == "no" for row in lesson.rows)
    print(f"Interpreters that answered: {len(lesson.rows)}, without a GIL: {without}.")


if __name__ == "__main__":
    main()
