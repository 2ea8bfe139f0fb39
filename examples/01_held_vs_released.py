"""One C loop in two threads: first holding the GIL, then releasing it.

Plain OS threads, without Python, run the same loop in the same rounds: nothing on this machine can
be faster than they are now. ``--one-core`` keeps this process on one core, on Linux.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import gilext


def two_meet(meet, timeout):
    """Return whether two threads are inside a C function at the same moment."""
    with ThreadPoolExecutor(2) as pool:
        return all(pool.map(meet, [timeout, timeout]))


def main():
    """Compare, and prove it without a clock."""
    if "--one-core" in sys.argv:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    print(gilext.compare("spin", workers=2, ways=["held", "released"]), end="\n\n")
    held = two_meet(gilext.Meeting(2).wait_held, 0.5)
    released = two_meet(gilext.Meeting(2).wait_released, 10)
    print(
        f"Two threads {'meet' if released else 'never meet'} inside C code that releases the GIL, "
        f"and {'meet' if held else 'never meet'} inside C code that holds it."
    )


if __name__ == "__main__":
    main()
