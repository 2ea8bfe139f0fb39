"""Which interpreters have no GIL? Pure Python in two threads, in each that is found here.

The experiment is gilext/lab/other_interpreters.py. Name more interpreters as arguments:
``python 17_other_interpreters.py /path/to/python3.14t /path/to/pypy3``.
"""

import sys

from gilext.lab.lesson import until_shown
from gilext.lab.other_interpreters import NAMES, ask_interpreters


def main():
    """Ask this interpreter, those that are found, and those that are named."""
    lesson = until_shown(lambda: ask_interpreters(sys.argv[1:]))
    print(lesson, end="\n\n")
    interpreters = ", ".join(row.interpreter for row in lesson.rows)
    print(f"Looked for {', '.join(NAMES)}; ran: {interpreters}.")


if __name__ == "__main__":
    main()
