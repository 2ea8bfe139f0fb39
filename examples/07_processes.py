"""Processes and sub-interpreters run in parallel too, at a price: their start and their memory.

The experiment is gilext/lab/processes.py. It runs with short calls and with longer ones.
"""

from gilext.lab.processes import hire_each_kind

SECONDS = [0.02, 0.1]


def main():
    """Hire workers for short work and for longer work."""
    for seconds in SECONDS:
        lesson = hire_each_kind(seconds=seconds)
        print(lesson, end="\n\n")
    by_way = {row.way: row for row in lesson.rows}
    start = by_way["C, held, processes"].start_seconds
    print(f"To start the processes took as long as {start / SECONDS[0]:.1f} of the short calls.")


if __name__ == "__main__":
    main()
