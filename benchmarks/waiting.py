"""How true it is what gilext says of waiting, against threads that time their own waits.

Run ``python benchmarks/waiting.py`` on a quiet machine that has a C compiler; it takes about three
minutes. Each pattern runs beside an idle and beside a busy second core: native threads take the
GIL, hold it and let go of it by turns, and clock each time how long they wait. A thread that was
woken for the GIL and gets no core is between the two: what Linux counts of that is said beside, and
the truth lies between the wait with it and without it.

No peer has such figures: py-spy says nothing of waiting, and CPython 3.15's profiling.sampling no
seconds.
"""

import argparse
import importlib.util
import shlex
import subprocess
import sysconfig
import tempfile
from pathlib import Path

from busy import busy_loops

import gilext
from gilext.recording import watch as watching

# Threads, seconds held, seconds away, and whether they work while they are away.
PATTERNS = [
    (1, 1e-3, 1e-3, False),
    (2, 0.2e-3, 0.3e-3, False),
    (2, 0.2e-3, 0.0, False),
    (2, 5e-3, 1e-3, False),
    (2, 100e-3, 10e-3, False),
    (3, 1e-3, 5e-3, False),
    (4, 0.2e-3, 5e-3, False),
    (4, 10e-3, 0.0, False),
    (5, 100e-3, 200e-3, False),
    (8, 2e-3, 2e-3, False),
    (8, 20e-3, 50e-3, False),
    (2, 1e-3, 1e-3, True),
    (4, 3e-3, 3e-3, True),
    (8, 0.2e-3, 0.2e-3, True),
]
RELATIVE, ABSOLUTE = 0.03, 0.005


def load_crowd(folder):
    """Compile the threads that time their waits."""
    target = Path(folder) / f"waiting_crowd{sysconfig.get_config_var('EXT_SUFFIX')}"
    source = Path(__file__).with_name("waiting_crowd.c")
    include = f"-I{sysconfig.get_path('include')}"
    compiler = shlex.split(sysconfig.get_config_var("CC"))
    flags = ["-std=c11", "-D_GNU_SOURCE", "-O2", "-shared", "-fPIC", "-pthread", include]
    subprocess.run([*compiler, *flags, source, "-o", target], check=True)
    spec = importlib.util.spec_from_file_location("waiting_crowd", target)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.crowd


def overlap(waits, start, end):
    return sum(max(0.0, min(end, until) - max(start, since)) for since, until in waits)


class Victims:
    """Who waited in stalls, as gilext names them, and as they say themselves."""

    def __init__(self):
        self.waiting = self.found = self.named = self.wrong = 0

    def judge(self, recording, rows, origin):
        waits = {native_id: waits for native_id, *_, waits in rows}
        for stall in recording.stalls:
            start = origin + stall.hold.start_seconds
            end = start + stall.hold.seconds
            waited = {who: overlap(times, start, end) for who, times in waits.items()}
            victims = {recording.by_thread[one.thread].native_id for one in stall.victims}
            for_most = {who for who in waited if waited[who] >= stall.hold.seconds / 2}
            self.waiting += len(for_most)
            self.found += len(for_most & victims)
            self.named += len(victims)
            self.wrong += sum(not waited.get(who) for who in victims)


def seconds_of_a_take(crowd):
    """Return how long it takes to have the GIL that nobody else wants."""
    means = []
    for _ in range(5):
        rows = crowd(1, 1e-3, 1e-3, False, 0.3)
        means.append(rows[0][2] / rows[0][1])
    return min(means)


def run(crowd, pattern, seconds, victims, take):
    """Play a pattern; print its line; return whether it is right, and inside the error bar."""
    threads, hold, away, works_away = pattern
    with gilext.watch() as watched:
        rows = crowd(threads, hold, away, works_away, seconds)
    recording = watched.recording
    # time.monotonic() when the recording began: it is in no result, so it is read underneath
    victims.judge(recording, rows, watched._sampler.totals()["start_ns"] * 1e-9)
    truth = sum(waited - takes * take for _, takes, waited, _, _ in rows)
    woken = sum(without_core for _, _, _, without_core, _ in rows)
    said = recording.wait_seconds
    error = max(said - truth, truth - woken - said, 0.0)
    is_right = error <= max(RELATIVE * truth, ABSOLUTE)
    part = f" ({error / truth:.2%})" if truth > ABSOLUTE else ""
    print(
        f"{threads} threads, {hold * 1e3:5.1f} ms held, {away * 1e3:5.1f} ms "
        f"{'work' if works_away else 'away'}: waited {truth:7.3f} s, {woken:.3f} of it without a "
        f"core, said {said:7.3f} ± {recording.wait_error:.3f} s, off by {error * 1e3:5.1f} ms"
        f"{part}{'' if is_right else '  FAR OFF'}",
        flush=True,
    )
    return is_right, error <= recording.wait_error


def say_what_is_said_where_nothing_is_known(crowd):
    """Watch as on a C library whose conditions don't count their waiters."""
    native = watching.Sampler
    watching.Sampler = lambda *args, **options: native(*args, **options | {"waits": False})
    try:
        with gilext.watch() as watched:
            crowd(2, 5e-3, 0.0, False, 0.5)
    finally:
        watching.Sampler = native
    recording = watched.recording
    named = sum(thread.waited_seconds is not None for thread in recording.by_thread)
    print(
        f"with the self-test of the C library made to fail: {recording.wait_seconds} s waited, "
        f"{named} threads said to have waited; {recording.waits_unavailable_reason}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="a pattern")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        crowd = load_crowd(folder)
        take = seconds_of_a_take(crowd)
        print(f"having the GIL that nobody else wants takes {take * 1e6:.1f} µs: no wait")
        for neighbours, title in enumerate(("an idle core", "a busy core")):
            print(f"beside {title}")
            victims = Victims()
            with busy_loops(neighbours):
                outcomes = [
                    run(crowd, pattern, arguments.seconds, victims, take) for pattern in PATTERNS
                ]
            right, inside = (sum(each) for each in zip(*outcomes, strict=True))
            print(
                f"beside {title}: within "
                f"{RELATIVE:.0%} or {ABSOLUTE * 1e3:g} ms {right} of {len(outcomes)} times, inside "
                f"the error bar {inside}; of {victims.waiting} threads that waited for most of a "
                f"stall {victims.found / victims.waiting:.1%} named; of {victims.named} named, "
                f"{victims.wrong} didn't wait"
            )
        say_what_is_said_where_nothing_is_known(crowd)


if __name__ == "__main__":
    main()
