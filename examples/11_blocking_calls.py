"""Which calls of the standard library release the GIL, measured, with what their sources say.

The experiment is gilext/lab/blocking_calls.py. ``python 11_blocking_calls.py 2047 2048`` also hashes
that many bytes: one call can do both.
"""

import hashlib
import sys

import gilext
from gilext.lab.blocking_calls import check_standard_calls
from gilext.lab.lesson import until_shown


def main():
    """Check the calls, then a hash of several sizes."""
    print(until_shown(check_standard_calls), end="\n\n")
    for size in map(int, sys.argv[1:] or ["2000", "1_048_576"]):
        verdict = gilext.check(hashlib.sha3_512, bytes(size)).verdict
        print(f"gilext's verdict on sha3_512 of {size:,} bytes: {verdict}.")


if __name__ == "__main__":
    main()
