"""One counter in C, guarded in every way: what is lost, and what guarding it costs.

The experiment is gilext/lab/races.py. It runs with one thread and with two.
"""

from gilext.lab.races import count_in_threads

WORKERS = [1, 2]


def main():
    """Count in one thread and in two."""
    costs = []
    for workers in WORKERS:
        lesson = count_in_threads(workers)
        print(lesson, end="\n\n")
        rows = {row.way: row for row in lesson.rows}
        costs.append(
            rows["one mutex"].increment_seconds / rows["plain, GIL held"].increment_seconds
        )
    print(
        f"An increment under one mutex takes {costs[0]:.0f} times as long as a plain one in one "
        f"thread, and {costs[1]:.0f} times in two that both want it."
    )


if __name__ == "__main__":
    main()
