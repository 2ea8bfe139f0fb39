"""Whether ``gilext diff --fail-on-worse`` raises no false alarm, and finds what got worse.

Run ``python benchmarks/gil_tables.py --busy 4``; that takes half an hour. It makes 21 tables of
functions of the standard library, at one size, beside as many busy loops as asked for, and compares
each with each other one: 210 comparisons of a library with itself. In each table there are functions
that release the GIL; for a second round, their rows are taken from a table in which they hold it.
It fails if one comparison of the first kind finds anything worse, or one of the second doesn't find
exactly those functions.
"""

import argparse
import sys
from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path

from busy import busy_loops

from gilext.auditing.tables.cases import Case, Cases, default_timeout, load_cases
from gilext.auditing.tables.observing import observe_cases
from gilext.auditing.tables.table_diff import diff_tables

STDLIB = Path(__file__).parents[1] / "examples" / "gil_table" / "stdlib.toml"
SIZE = "100000"
FUNCTIONS = {
    "hashlib.sha256", "zlib.compress", "zlib.decompress", "lzma.compress", "sqlite3: fetch",
    "json.loads", "base64.b64encode",
}  # fmt: skip
SECONDS = 0.1
LENGTHS = (0.0003, 0.003)


def planted(name):
    """Return cases that call a function of gilext, whichever it is, by the same names."""
    setup = f"from gilext import {name} as f"
    return tuple(
        Case("planted", f"f({length})", setup, (("length", length),), SECONDS, default_timeout(1))
        for length in LENGTHS
    )


def library():
    """Return the cases of the standard library, at one size."""
    cases = load_cases(STDLIB).cases
    return tuple(
        replace(case, seconds=SECONDS)
        for case in cases
        if case.function in FUNCTIONS and case.size.endswith(SIZE)
    )


def tables(count):
    """Yield pairs of tables: the library with what releases, and what holds by the same names."""
    for number in range(count):
        table = observe_cases(Cases((), (*library(), *planted("release_for"))))
        held = observe_cases(Cases((), planted("hold_for")))
        unsure = Counter(row.verdict for row in table.rows)
        print(f"table {number + 1} of {count}: {dict(unsure)}", flush=True)
        yield table, held


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", type=int, default=21)
    parser.add_argument("--busy", type=int, default=0, metavar="N", help="beside N busy loops")
    options = parser.parse_args()
    with busy_loops(options.busy):
        made = list(tables(options.tables))
    false_alarms, missed, unjudged, figures, rows = 0, 0, 0, 0, 0
    for (one, _), (other, held) in combinations(made, 2):
        same = diff_tables(one, other)
        false_alarms += bool(same.worse)
        for row in same.worse:
            print(f"  false alarm: {row}: {row.before} to {row.after}, {row.reason}")
        unjudged += len(same.unknown)
        rows += len(same.rows)
        figures += sum(
            change.verdict in ("worse", "better")
            for row in same.rows
            for change in (row.kept_seconds, row.longest_hold_seconds)
        )
        kept = tuple(row for row in other.rows if row.function != "planted")
        changed = diff_tables(one, replace(other, rows=(*kept, *held.rows)))
        found = {row.size for row in changed.worse}
        expected = {row.size for row in held.rows}
        missed += found != expected
        if found != expected:
            print(f"  found {found}, expected {expected}")
    pairs = options.tables * (options.tables - 1) // 2
    print(f"false alarms: {false_alarms} of {pairs} comparisons")
    print(f"found exactly what got worse: {pairs - missed} of {pairs}")
    print(f"not judged: {unjudged} of {rows} rows; times called changed: {figures} of {2 * rows}")
    sys.exit(bool(false_alarms or missed))


if __name__ == "__main__":
    main()
