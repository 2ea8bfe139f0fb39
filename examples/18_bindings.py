"""One loop through each binding: which of them release the GIL, and what a call costs.

The experiment is gilext/lab/bindings_table.py, with the bindings that come with gilext;
examples/bindings adds Cython, pybind11, nanobind and numba.
"""

from gilext.lab.bindings_table import tabulate_bindings
from gilext.lab.lesson import until_shown


def main():
    """Measure the bindings, and name the fastest and the slowest."""
    lesson = until_shown(tabulate_bindings)
    print(lesson, end="\n\n")
    ordered = sorted(lesson.rows, key=lambda row: row.empty_call_seconds)
    fastest, slowest = ordered[0], ordered[-1]
    print(
        f"An empty call takes {fastest.empty_call_seconds * 1e9:.0f} ns through {fastest.binding} "
        f"and {slowest.empty_call_seconds * 1e9:.0f} ns through {slowest.binding}."
    )


if __name__ == "__main__":
    main()
