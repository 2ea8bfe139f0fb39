"""How often the assertions of gilext.testing are wrong, on a quiet machine and on a busy one.

Run ``python benchmarks/assertions.py``; it takes about twenty minutes. It fails when one is wrong.
Functions that hold the GIL for a part of their time are those that a busy machine makes look as
if they released it: whenever they lose their core, they may just have had it released. Without a
GIL, it is asserted that they detach.
"""

import argparse
import sys
import time

from busy import busy_loops

import gilext
from gilext.core.environment import is_gil_enabled
from gilext.testing import (
    assert_detaches,
    assert_holds_gil,
    assert_pauses_below,
    assert_releases_gil,
    assert_stalls_below,
)

SECONDS = 0.2
CALL = 0.005


def hold_and(release, held_seconds, released_seconds):
    gilext.hold_for(held_seconds)
    release(released_seconds)


def passes(assertion, *args):
    try:
        assertion(*args, seconds=SECONDS)
    except AssertionError:
        return False
    return True


CASES = [
    ("detaches: hold_for", (assert_detaches, gilext.hold_for, CALL), False),
    ("detaches: release_for", (assert_detaches, gilext.release_for, CALL), True),
    ("pauses below 1 ms: hold_for", (assert_pauses_below, 1e-3, gilext.hold_for, CALL), False),
    ("releases: hold_for", (assert_releases_gil, gilext.hold_for, CALL), False),
    ("releases: hold 1 ms, release 1 ms", (assert_releases_gil, hold_and, gilext.release_for, 1e-3, 1e-3), False),
    ("releases: hold 0.4 ms, release 1.6 ms", (assert_releases_gil, hold_and, gilext.release_for, 4e-4, 1.6e-3), False),
    ("releases: hold 1 ms, sleep 1 ms", (assert_releases_gil, hold_and, time.sleep, 1e-3, 1e-3), False),
    ("releases: release_for", (assert_releases_gil, gilext.release_for, CALL), True),
    ("releases: sleep 50 ms", (assert_releases_gil, time.sleep, 0.05), True),
    ("holds: release_for", (assert_holds_gil, gilext.release_for, CALL), False),
    ("holds: hold_for", (assert_holds_gil, gilext.hold_for, CALL), is_gil_enabled()),
    ("stalls below 1 ms: hold_for", (assert_stalls_below, 1e-3, gilext.hold_for, CALL), False),
]  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--busy", type=int, nargs="*", default=[0, 4, 8], metavar="N")
    parser.add_argument("--only", default="", metavar="WORD", help="cases with that in their name")
    options = parser.parse_args()
    wrong_in_all = 0
    for count in options.busy:
        with busy_loops(count):
            for title, call, should_pass in (case for case in CASES if options.only in case[0]):
                wrong = sum(passes(*call) != should_pass for _ in range(options.runs))
                wrong_in_all += wrong
                kind = "false failures" if should_pass else "false passes"
                print(
                    f"{count} busy loops  {title:38} {wrong} {kind} of {options.runs}", flush=True
                )
    sys.exit(wrong_in_all > 0)


if __name__ == "__main__":
    main()
