"""Whether each Python line gets its share of the held time, and each C function its stalls.

Run ``python benchmarks/lines.py`` on a quiet machine; it takes about four minutes. Five lines hold
the GIL for 0.3 to 5 ms a time and time it themselves: beside an idle core, while native threads of
the same program keep all cores busy, and in three threads at once. Then known C functions hold it
for long while another thread wants it; CPython 3.14 and later tell which one a frame calls.
"""

import argparse
import os
import random
import re
import threading
import time

from instruments import PY_SPY, py_spy

import gilext
from gilext import hold_for, release_for, spin_released

HOLDS = (0.3e-3, 0.7e-3, 1.5e-3, 3e-3, 5e-3)


class Truth:
    """For how long each of the five lines held the GIL, as it timed itself."""

    def __init__(self):
        self.seconds = [0.0] * len(HOLDS)
        self._lock = threading.Lock()

    def add(self, seconds):
        with self._lock:
            self.seconds = [sum(pair) for pair in zip(self.seconds, seconds, strict=True)]

    def shares(self):
        return [seconds / sum(self.seconds) for seconds in self.seconds]


def work(end, truth):
    a = b = c = d = e = 0.0
    while time.perf_counter() < end:
        a += hold_for(0.3e-3)
        b += hold_for(0.7e-3)
        release_for(0.4e-3)
        c += hold_for(1.5e-3)
        d += hold_for(3e-3)
        release_for(1e-3)
        e += hold_for(5e-3)
        release_for(0.2e-3)
    truth.add((a, b, c, d, e))


def keep_a_core_busy(end):
    while time.perf_counter() < end:
        spin_released(10**7)


FIRST_LINE = work.__code__.co_firstlineno
LINES = [line for _, _, line in work.__code__.co_lines() if line is not None and line > FIRST_LINE]
with open(__file__, encoding="utf-8") as own_source:
    OWN_LINES = own_source.read().splitlines()
HOLDING = sorted({line for line in LINES if "+= hold_for(" in OWN_LINES[line - 1]})


def play(workers, neighbours, seconds):
    """Run the five lines; return the share of each."""
    truth = Truth()
    end = time.perf_counter() + seconds
    threads = [threading.Thread(target=work, args=(end, truth)) for _ in range(workers)]
    threads += [threading.Thread(target=keep_a_core_busy, args=(end,)) for _ in range(neighbours)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return truth.shares()


def shares_of(held):
    """Return each of the five lines' part of what all lines held."""
    return [held.get(line, 0.0) / sum(held.values()) for line in HOLDING]


def said_by_gilext(workers, neighbours, seconds):
    with gilext.watch() as watched:
        truth = play(workers, neighbours, seconds)
    held = {}
    for line in watched.recording.lines():
        key = line.frame.line if line.frame.file == __file__ else line.frame
        held[key] = held.get(key, 0.0) + line.held_seconds
    return truth, shares_of(held)


def said_by_py_spy(workers, neighbours, seconds):
    with py_spy(200) as reading:
        truth = play(workers, neighbours, seconds)
    held = {}
    for stack in reading.stacks:
        frames, count = stack.rsplit(" ", 1)
        innermost = frames.rsplit(";", 1)[-1]
        found = re.search(r"^work \(.*lines\.py:(\d+)\)$", innermost)
        key = int(found[1]) if found else innermost
        held[key] = held.get(key, 0) + int(count)
    return truth, shares_of(held)


def shares_of_lines(seconds, rounds):
    settings = {
        "one thread, an idle core": (1, 0),
        "one thread, all cores busy": (1, os.cpu_count()),
        "three threads": (3, 0),
    }
    instruments = {"gilext": said_by_gilext}
    if PY_SPY is not None:
        instruments["py-spy --gil"] = said_by_py_spy
    for title, (workers, neighbours) in settings.items():
        for name, instrument in instruments.items():
            worst = []
            for _ in range(rounds):
                truth, said = instrument(workers, neighbours, seconds)
                worst.append(max(abs(a - b) for a, b in zip(truth, said, strict=True)))
            last = "  ".join(f"{a:.1%} {b:.1%}" for a, b in zip(truth, said, strict=True))
            print(
                f"{title}, {name}: off by {max(worst) * 100:.1f} points at most in {rounds} rounds; "
                f"true and said: {last}",
                flush=True,
            )


# -- C functions -------------------------------------------------------------------------------

NUMBERS = [random.Random(1).random() for _ in range(150_000)]
TEXT = "a" * 24
SLOW_PATTERN = re.compile("(a|aa)+b")


def call_sum():
    return sum(NUMBERS * 4)


def call_sort():
    return list(NUMBERS).sort()


def call_hold_for():
    return hold_for(0.03)


def call_fullmatch():
    return SLOW_PATTERN.fullmatch(TEXT)


def call_join():
    return bytearray(1).join([b"abc"] * 2_000_000)


# What may be named in each; one makes two calls.
CALLS = {
    call_sum: {"sum"},
    call_sort: {"sort", "list"},
    call_hold_for: {"hold_for"},
    call_fullmatch: {"fullmatch"},
    call_join: {"join"},
}


def name_functions(seconds):
    is_over = threading.Event()

    def want_the_gil():
        while not is_over.is_set():
            release_for(0.3e-3)

    other = threading.Thread(target=want_the_gil)
    with gilext.watch(stalls=0.01) as watched:
        other.start()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            for call in CALLS:
                call()
        is_over.set()
        other.join()
    named = wrong = in_all = 0.0
    allowed = {call.__name__: names for call, names in CALLS.items()}
    for stall in watched.recording.stalls:
        for stack in stall.stacks:
            names = allowed.get(stack.frames[0].function)
            if names is None:
                continue
            in_all += stack.seconds
            named += stack.seconds if stack.callable else 0.0
            is_right = stack.callable is None or stack.callable.rsplit(".", 1)[-1] in names
            wrong += 0.0 if is_right else stack.seconds
    print(
        f"the C function is named in {named / in_all:.1%} of {in_all:.2f} s of stalls, "
        f"wrongly in {wrong / in_all:.1%}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15, help="a round")
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    shares_of_lines(arguments.seconds, arguments.rounds)
    name_functions(min(arguments.seconds, 5))


if __name__ == "__main__":
    main()
