"""Counting alone never frees a cycle; the collector's algorithm finds it, step by step.

The experiment is gilext/lab/cycles.py. Below it: a list that contains itself, and with --finalizer
whether a cycle with __del__ is freed.
"""

import argparse
import gc

import gilext
from gilext.lab.cycles import collect_a_cycle


class Noisy:
    """A node of a ring that says when it is finalized."""

    def __del__(self):
        """Say so."""
        print("__del__ runs")


def main():
    """Collect a ring, then the smallest one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--finalizer", action="store_true")
    arguments = parser.parse_args()
    print(collect_a_cycle(), end="\n\n")
    if arguments.finalizer:
        first, second = Noisy(), Noisy()
        first.other, second.other = second, first
        del first, second
        print(f"gc.collect() found {gc.collect()} objects in the ring.", end="\n\n")
    alone = []
    alone.append(alone)
    trial = gilext.trial_collect([alone]).objects[0]
    print(f"A list that contains itself: {trial.internal} of {trial.count} references is its own.")


if __name__ == "__main__":
    main()
