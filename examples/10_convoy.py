"""A thread with much I/O asks for the GIL all the time, and waits each time Python code has it.

The experiment is gilext/lab/convoy.py. ``python 10_convoy.py 0.005 0.0005`` runs it at switch
intervals of 5 ms and of 0.5 ms; ``--pause 0`` makes the other process answer at once.
"""

import argparse
import sys

from gilext.lab.convoy import PAUSE_SECONDS, ask_beside
from gilext.lab.lesson import until_shown


def main():
    """Ask at each switch interval."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("intervals", type=float, nargs="*", default=[0.005, 0.0005])
    parser.add_argument("--pause", type=float, default=PAUSE_SECONDS)
    options = parser.parse_args()
    rates = []
    for interval in options.intervals:
        sys.setswitchinterval(interval)
        lesson = until_shown(lambda: ask_beside(0.5, options.pause))
        print(f"Switch interval {interval * 1e3:g} ms: {lesson}", end="\n\n")
        rates.append(f"{lesson.rows[1].answers_per_second:,.0f} at {interval * 1e3:g} ms")
    print(f"Answers per second alongside a loop in Python: {', '.join(rates)}.")


if __name__ == "__main__":
    main()
