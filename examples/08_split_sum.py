"""One sum split in two: processes send their results through a Queue, threads just write them.

The experiment is gilext/lab/split_sum.py. ``python 08_split_sum.py 100_000_000`` adds up as many
numbers as were published; starting a process costs the same for few numbers and for many.
"""

import sys

from gilext.lab.lesson import until_shown
from gilext.lab.split_sum import ends_when_joined_first, split_a_sum

SIZES = [8, 1 << 20]


def main():
    """Add up, then wait for a process before its result is taken."""
    numbers = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    print(until_shown(lambda: split_a_sum(numbers)), end="\n\n")
    for size in SIZES:
        outcome = "ends" if ends_when_joined_first(size) else "doesn't end in 2 s"
        print(f"A process that sends {size:,} bytes {outcome} if it is joined before get().")


if __name__ == "__main__":  # each process imports this file
    main()
