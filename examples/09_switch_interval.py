"""A thread that wants the GIL waits for the switch interval, if Python code holds it.

The experiment is gilext/lab/switch_interval.py; beside it, the same question for C code.
"""

import gilext
from gilext.lab.switch_interval import wait_for_python

INTERVALS = (0.001, 0.005, 0.02)


def main():
    """Wait for Python code, then for C code that holds the GIL for 50 ms a call."""
    print(wait_for_python(INTERVALS), end="\n\n")
    held = gilext.check(gilext.hold_for, 0.05, seconds=1)
    released = gilext.check(gilext.release_for, 0.05, seconds=1)
    print(
        f"Behind C code that holds the GIL for 50 ms at a time it waits up to "
        f"{held.stall_seconds * 1e3:.0f} ms, whatever the interval; behind C code that releases "
        f"it, {released.stall_seconds * 1e3:.2f} ms."
    )


if __name__ == "__main__":
    main()
