"""Two threads add to one attribute: what is lost, and why hundreds of thousands are.

The experiments are gilext/lab/race.py and gilext/lab/overwrites.py. With --between EXPRESSION the
script tries one expression between reading and writing: 02_race.py --between "len([])".
"""

import argparse

from gilext.lab.overwrites import watch_overwrites
from gilext.lab.race import race_around, race_in_python


def main():
    """Race, and watch the overwrites; or race around one expression."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--between", metavar="EXPRESSION")
    parser.add_argument("--additions", type=int, default=500_000)
    arguments = parser.parse_args()
    if arguments.between is not None:
        row = race_around(arguments.between, arguments.additions)
        print(f"With {row.way} in between, {row.lost:,} of {row.additions:,} additions are lost.")
        return
    print(race_in_python(arguments.additions), end="\n\n")
    overwrites = watch_overwrites()
    print(overwrites, end="\n\n")
    print(
        f"One overwrite takes back up to {max(row.longest for row in overwrites.rows):,} additions."
    )


if __name__ == "__main__":
    main()
