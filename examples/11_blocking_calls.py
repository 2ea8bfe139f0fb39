"""Which calls of the standard library release the GIL, measured beside what their sources say.

The experiment is gilext/lab/blocking_calls.py; below it, one call on both sides of a threshold.
"""

import hashlib

import gilext
from gilext.lab.blocking_calls import check_standard_calls

SIZES = [2000, 1 << 20]


def main():
    """Check the calls, then a hash of little and of much."""
    print(check_standard_calls(), end="\n\n")
    verdicts = [gilext.check(hashlib.sha3_512, bytes(size)).verdict for size in SIZES]
    print(
        f"One call can do both: sha3_512 of {SIZES[0]:,} bytes is said to be {verdicts[0]!r}, of "
        f"{SIZES[1]:,} bytes {verdicts[1]!r}."
    )


if __name__ == "__main__":
    main()
