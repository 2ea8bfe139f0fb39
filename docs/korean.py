"""List what of the Korean pages is older than the English text that it tells.

``python docs/korean.py`` ends with 1 if there is anything. Tell in Korean what has changed, then
note that with ``python docs/korean.py --accept rules claims.race``, or ``--accept all``.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

from translated import accept, claims, pages


def main():
    """List what is stale, or accept it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accept", nargs="+", default=[], metavar="NAME")
    names = parser.parse_args().accept
    stale = [part for part in (*pages(), *claims()) if part.is_stale]
    known = {part.name for part in stale} | {"all"}
    if not known.issuperset(names):
        parser.error(f"not stale, or not there: {', '.join(sorted({*names} - known))}")
    for part in stale:
        if part.name in names or "all" in names:
            accept(part)
        else:
            print(f"{part.name} is older than {part.english}")
    return int(any(part.name not in names and "all" not in names for part in stale))


if __name__ == "__main__":
    sys.exit(main())
