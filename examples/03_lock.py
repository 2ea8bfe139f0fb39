"""A Lock repairs the race; where it is put decides what that costs.

The experiment is gilext/lab/lock.py. With --lock RLock it takes another lock of `threading`.
"""

import argparse
import threading

from gilext.lab.lock import lock_the_additions


def main():
    """Lock the additions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lock", choices=["Lock", "RLock", "Semaphore"], default="Lock")
    parser.add_argument("--additions", type=int, default=300_000)
    arguments = parser.parse_args()
    lesson = lock_the_additions(arguments.additions, getattr(threading, arguments.lock))
    print(lesson, end="\n\n")
    bare, each, *_ = lesson.rows
    print(
        f"In one thread, an addition takes {bare.alone_seconds * 1e9:.0f} ns without a lock, and "
        f"{each.alone_seconds * 1e9:.0f} ns if each takes a {arguments.lock}."
    )


if __name__ == "__main__":
    main()
