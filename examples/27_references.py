"""What changes the reference count of a real object.

The experiment is gilext/lab/references.py; here one object is also looked at by itself.
"""

import gilext
from gilext.lab.references import Thing, count_references


def main():
    """Watch the counts, then inspect an object and one that is never counted."""
    print(count_references(), end="\n\n")
    thing = Thing()
    thing.itself = thing
    print(gilext.inspect_refs(thing), end="\n\n")
    print(gilext.inspect_refs(1), end="\n\n")
    print("The first refers to itself, so that counting alone never frees it.")


if __name__ == "__main__":
    main()
