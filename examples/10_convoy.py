"""A thread with much I/O asks for the GIL all the time, and waits each time beside Python code.

The experiment is gilext/lab/convoy.py. It runs at two switch intervals.
"""

import sys

from gilext.lab.convoy import ask_beside

INTERVALS = [0.005, 0.0005]


def main():
    """Ask at each switch interval."""
    usual = sys.getswitchinterval()
    rates = []
    for interval in INTERVALS:
        sys.setswitchinterval(interval)
        print(f"Switch interval {interval * 1e3:g} ms:", end=" ")
        lesson = ask_beside(0.5)
        print(lesson, end="\n\n")
        rates.append(lesson.rows[1].answers_per_second)
    sys.setswitchinterval(usual)
    print(
        f"Beside a loop in Python, {rates[0]:,.0f} answers a second at {INTERVALS[0] * 1e3:g} ms "
        f"and {rates[1]:,.0f} at {INTERVALS[1] * 1e3:g} ms."
    )


if __name__ == "__main__":
    main()
