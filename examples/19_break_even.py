"""The size above which releasing the GIL gives more than it costs.

The experiment is gilext/lab/break_even.py. ``python 19_break_even.py 0 1024 2048 4096`` runs it with
these sizes, in bytes; the cost of releasing is measured with the first.
"""

import sys

from gilext.lab.break_even import SIZES, find_break_even
from gilext.lab.lesson import until_shown


def main():
    """Measure, and say what releasing costs at each size."""
    sizes = tuple(map(int, sys.argv[1:])) or SIZES
    lesson = until_shown(lambda: find_break_even(sizes))
    print(lesson, end="\n\n")
    known = [row for row in lesson.rows if row.cost_fraction is not None]
    costs = ", ".join(f"{row.cost_fraction:.1%} at {row.size_bytes:,}" for row in known)
    print(f"Of the call, releasing costs {costs or 'less than this run can tell at any'} bytes.")


if __name__ == "__main__":
    main()
