"""One loop through each binding: who releases the GIL, and what a call costs.

The experiment is gilext/lab/bindings_table.py, with the bindings that come with gilext;
examples/bindings adds Cython, pybind11, nanobind and numba.
"""

from gilext.lab.bindings_table import tabulate_bindings


def main():
    """Measure the bindings, and name the cheapest."""
    lesson = tabulate_bindings()
    print(lesson, end="\n\n")
    cheapest = min(lesson.rows, key=lambda row: row.empty_call_seconds)
    dearest = max(lesson.rows, key=lambda row: row.empty_call_seconds)
    print(
        f"An empty call takes {cheapest.empty_call_seconds * 1e9:.0f} ns through "
        f"{cheapest.binding} and {dearest.empty_call_seconds * 1e9:.0f} ns through "
        f"{dearest.binding}."
    )


if __name__ == "__main__":
    main()
