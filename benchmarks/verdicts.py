"""Whether check() says of real functions what their sources say.

Run ``python benchmarks/verdicts.py``; twenty rounds take about five minutes. It fails when one
verdict of all is wrong.
"""

import argparse
import sys

import gilext
from gilext.lab.standard_calls import standard_calls


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    right_in_all = 0
    with standard_calls() as calls:
        for call in calls:
            verdicts = [gilext.check(call.function, *call.arguments).verdict for _ in range(rounds)]
            right = sum(found.startswith(call.verdict) for found in verdicts)
            right_in_all += right
            print(
                f"{right:3} of {rounds}  {call.name:30} {call.verdict:18} {call.source}", flush=True
            )
            for wrong in {found for found in verdicts if not found.startswith(call.verdict)}:
                print(f"            {wrong!r}")
    every = rounds * len(calls)
    print(f"{right_in_all} of {every} verdicts on {len(calls)} functions are right")
    sys.exit(right_in_all != every)


if __name__ == "__main__":
    main()
