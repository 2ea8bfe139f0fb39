"""One thread adds, another subtracts: what is left is the difference of what both have lost.

The experiment is gilext/lab/plus_and_minus.py. It runs several times, since 0 may be luck; with
--full it runs once with as many steps as were published.
"""

import argparse

from gilext.lab.plus_and_minus import AS_PUBLISHED, meet_at_zero


def main():
    """Meet several times, and compare where."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=300_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--full", action="store_true")
    arguments = parser.parse_args()
    runs, published = (1, AS_PUBLISHED) if arguments.full else (arguments.runs, None)
    lessons = [meet_at_zero(arguments.steps, published) for _ in range(runs)]
    print(lessons[-1], end="\n\n")
    for place, row in enumerate(lessons[0].rows):
        left = [f"{lesson.rows[place].left:,}" for lesson in lessons]
        print(f"{row.way:32} {'  '.join(f'{value:>12}' for value in left)}")
    at_zero = sum(lesson.rows[1].left == 0 for lesson in lessons)
    print(f"\nWith a call between reading and writing, {at_zero} of {runs} runs meet at 0.")


if __name__ == "__main__":
    main()
