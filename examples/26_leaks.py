"""What leaks in C, and what ``gilext.check_leaks`` says of it.

The experiment is gilext/lab/leaks.py; here one leak of it, with the lines that allocate.
"""

import gilext
from gilext.lab.leaks import find_leaks, keep_a_new_object


def main():
    """Check all the functions, then one of them with its lines."""
    print(find_leaks(), end="\n\n")
    report = gilext.check_leaks(keep_a_new_object, trace=True)
    print(report, end="\n\n")
    print(f"Each call leaves {report.blocks_per_call:.0f} blocks behind: a list and its items.")


if __name__ == "__main__":
    main()
