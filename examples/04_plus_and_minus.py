"""One thread adds, another subtracts: what is left is the difference of what both have lost.

The experiment is gilext/lab/plus_and_minus.py. It runs three times, and 0 may be luck.
"""

from gilext.lab.plus_and_minus import meet_at_zero

STEPS = 300_000
RUNS = 3


def main():
    """Meet three times, and compare where."""
    lessons = [meet_at_zero(STEPS) for _ in range(RUNS)]
    print(lessons[-1], end="\n\n")
    for place, row in enumerate(lessons[0].rows):
        left = [f"{lesson.rows[place].left:,}" for lesson in lessons]
        print(f"{row.way:32} {'  '.join(f'{value:>12}' for value in left)}")
    called = {lesson.rows[1].left for lesson in lessons}
    print(f"\nIn {RUNS} runs with a call between reading and writing, {len(called)} results.")


if __name__ == "__main__":
    main()
