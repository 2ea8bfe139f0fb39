"""What ``box.total += 1`` is compiled to, and after which instructions a thread is switched.

The experiment is gilext/lab/byte_code.py. Name more interpreters as arguments:
``python 23_byte_code.py /path/to/python3.9``.
"""

import dis
import sys

from gilext.lab.byte_code import find_switch_points
from gilext.lab.switch_points import in_one_statement


def main():
    """Show the instructions, then those after which threads are switched."""
    dis.dis(in_one_statement)
    print()
    lesson = find_switch_points(sys.argv[1:])
    print(lesson, end="\n\n")
    unsafe = {
        row.interpreter
        for row in lesson.rows
        if row.loop == "one statement" and row.place == "read to write"
    }
    print(f"`box.total += 1` can lose updates in {', '.join(sorted(unsafe)) or 'none of these'}.")


if __name__ == "__main__":
    main()
