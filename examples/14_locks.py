"""Two objects with a lock each, taken in opposite orders: a deadlock, caught by a timeout.

The experiment is gilext/lab/locks.py. It runs with a short patience and with a longer one.
"""

from gilext.lab.locks import lock_in_both_orders

TIMEOUTS = [0.02, 0.1]


def main():
    """Lock with each patience."""
    deadlocks = []
    for timeout in TIMEOUTS:
        lesson = lock_in_both_orders(5, timeout)
        print(lesson, end="\n\n")
        opposite, same = lesson.rows
        deadlocks.append((opposite.deadlocks, same.deadlocks))
    print(
        f"More patience helps nobody: {deadlocks[0][0]} and {deadlocks[1][0]} of 5 rounds in "
        f"opposite order deadlock, {deadlocks[0][1]} and {deadlocks[1][1]} in the same order."
    )


if __name__ == "__main__":
    main()
