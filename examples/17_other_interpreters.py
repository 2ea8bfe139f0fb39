"""Who has no GIL? Pure Python in two threads, in every interpreter that is at hand.

The experiment is gilext/lab/other_interpreters.py. Name more interpreters as arguments:
``python 17_other_interpreters.py /path/to/python3.14t /path/to/pypy3``.
"""

import sys

from gilext.lab.other_interpreters import NAMES, ask_interpreters


def main():
    """Ask this interpreter, those that are found, and those that are named."""
    lesson = ask_interpreters(sys.argv[1:])
    print(lesson, end="\n\n")
    print(f"Looked for {', '.join(NAMES)}: {len(lesson.rows)} interpreters answered.")


if __name__ == "__main__":
    main()
