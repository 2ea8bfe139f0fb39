"""Two threads add to one attribute; where a thread may change decides what is lost.

The experiment is gilext/lab/race.py. It runs twice, with the switch interval that Python has and
with a shorter one: the more often threads change, the more often between reading and writing.
"""

import sys

from gilext.lab.race import race_in_python

ADDITIONS = 300_000
INTERVALS = [0.005, 0.0005]


def main():
    """Race at each switch interval."""
    usual = sys.getswitchinterval()
    for interval in INTERVALS:
        sys.setswitchinterval(interval)
        print(f"Switch interval {interval * 1e3:g} ms:", end=" ")
        print(race_in_python(ADDITIONS), end="\n\n")
    sys.setswitchinterval(usual)
    print("What is lost depends on where threads change, not on the machine's speed.")


if __name__ == "__main__":
    main()
