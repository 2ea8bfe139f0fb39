"""Which thread gets the GIL next: no queue decides it, and the length of a turn is its own.

The experiment is gilext/lab/who_is_next.py. It runs with four threads and with eight.
"""

from gilext.lab.who_is_next import take_turns

WORKERS = [4, 8]


def main():
    """Let threads compete, and count the turns of each run."""
    for workers in WORKERS:
        lesson = take_turns(workers, 0.7)
        print(lesson, end="\n\n")
        turns = [row.turns for row in lesson.rows[:workers]]
        print(f"Of {workers} threads in Python, one had {max(turns):,} turns, one {min(turns):,}.")


if __name__ == "__main__":
    main()
