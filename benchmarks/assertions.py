"""How often the assertions of gilext.testing are wrong, on a quiet machine and on a busy one.

Run ``python benchmarks/assertions.py``; it takes about seven minutes. It fails when one is wrong.
"""

import subprocess
import sys
from contextlib import contextmanager, nullcontext

import gilext
from gilext.testing import assert_holds_gil, assert_releases_gil, assert_stalls_below

RUNS = 200
SECONDS = 0.2
CALL = 0.005


@contextmanager
def busy_core():
    """Keep a core busy, from another process."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as other:
        try:
            yield
        finally:
            other.kill()


def passes(assertion, *args):
    try:
        assertion(*args, seconds=SECONDS)
    except AssertionError:
        return False
    return True


CASES = [
    ("assert_releases_gil on hold_for", (assert_releases_gil, gilext.hold_for, CALL), False),
    ("assert_releases_gil on release_for", (assert_releases_gil, gilext.release_for, CALL), True),
    ("assert_holds_gil on release_for", (assert_holds_gil, gilext.release_for, CALL), False),
    ("assert_holds_gil on hold_for", (assert_holds_gil, gilext.hold_for, CALL), True),
    ("assert_stalls_below 1 ms on hold_for", (assert_stalls_below, 1e-3, gilext.hold_for, CALL), False),
]  # fmt: skip


def main():
    wrong_in_all = 0
    for place, load in (("quiet", nullcontext), ("a core busy", busy_core)):
        with load():
            for title, call, should_pass in CASES:
                wrong = sum(passes(*call) != should_pass for _ in range(RUNS))
                wrong_in_all += wrong
                kind = "false failures" if should_pass else "false passes"
                print(f"{place:12} {title:38} {wrong} {kind} of {RUNS}", flush=True)
    sys.exit(wrong_in_all > 0)


if __name__ == "__main__":
    main()
