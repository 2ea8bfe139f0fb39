"""Which objects the collector looks at: those that can be part of a cycle.

The experiment is gilext/lab/tracked.py.
"""

import gc

from gilext.lab.tracked import list_what_is_tracked


def main():
    """List what is tracked, then change what one dict holds."""
    print(list_what_is_tracked(), end="\n\n")
    table = {"one": 1}
    before = gc.is_tracked(table)
    table["two"] = []
    print(f"A dict of ints is tracked: {before}; with a list in it: {gc.is_tracked(table)}.")


if __name__ == "__main__":
    main()
