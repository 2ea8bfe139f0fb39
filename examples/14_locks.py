"""Two locks in opposite orders, then a mutex and the GIL: deadlocks, ended by a timeout.

The experiment is gilext/lab/locks.py.
"""

import argparse

from gilext.lab.locks import lock_in_both_orders


def main():
    """Lock with the given patience, and with five times as much."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--timeout", type=float, default=0.02, metavar="SECONDS")
    arguments = parser.parse_args()
    deadlocks = []
    for timeout in (arguments.timeout, 5 * arguments.timeout):
        lesson = lock_in_both_orders(arguments.rounds, timeout)
        print(lesson, end="\n\n")
        deadlocks.append(lesson.rows[0].deadlocks)
    print(
        f"Five times the patience changes nothing: {deadlocks[0]} and {deadlocks[1]} of "
        f"{arguments.rounds} rounds in opposite order deadlock."
    )


if __name__ == "__main__":
    main()
