"""Work that waits gains from threads, and the recording shows the GIL free while it waits.

The experiment is gilext/lab/io_bound.py. It runs with short sleeps and with longer ones.
"""

from gilext.lab.io_bound import wait_in_two_threads

WAITS = [0.02, 0.2]


def main():
    """Wait for a short time and for a longer one."""
    saved = []
    for wait in WAITS:
        lesson = wait_in_two_threads(200_000, wait)
        print(lesson, end="\n\n")
        sequence, threads = lesson.rows
        saved.append(1 - threads.wall_seconds / sequence.wall_seconds)
    print(
        f"The more of the time is waiting, the more threads save: {saved[0]:.0%} with sleeps of "
        f"{WAITS[0] * 1e3:g} ms, {saved[1]:.0%} with {WAITS[1] * 1e3:g} ms."
    )


if __name__ == "__main__":
    main()
