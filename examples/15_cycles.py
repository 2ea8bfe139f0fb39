"""Counting alone never frees a cycle; the collector's algorithm finds it, step by step.

The experiment is gilext/lab/cycles.py; below it, the same algorithm over objects of our own.
"""

import gilext
from gilext.lab.cycles import collect_a_cycle


def main():
    """Collect a ring, then look at a parent and its child."""
    print(collect_a_cycle(), end="\n\n")
    parent, child = ["parent"], ["child"]
    parent.append(child)
    child.append(parent)
    objects = [parent, child]
    held = gilext.trial_collect(objects)
    del parent, child
    let_go = gilext.trial_collect(objects)
    print(let_go, end="\n\n")
    print(
        f"With two variables {len(held.unreachable)} of 2 lists are garbage, without them "
        f"{len(let_go.unreachable)}."
    )


if __name__ == "__main__":
    main()
