"""Tasks of asyncio compared with threads: good at waiting, no help with computing.

The experiment is gilext/lab/tasks_and_threads.py.
"""

from gilext.lab.tasks_and_threads import wait_and_compute


def main():
    """Wait and compute in each way, then with more to wait for."""
    print(wait_and_compute(), end="\n\n")
    many = wait_and_compute(pieces=50, wait=0.02, steps=2_000)
    waits = {row.way: row.wall_seconds for row in many.rows if row.work == "waits"}
    said = ", ".join(f"{way}: {seconds * 1e3:.0f} ms" for way, seconds in waits.items())
    print(f"Fifty waits of 20 ms: {said}.")


if __name__ == "__main__":
    main()
