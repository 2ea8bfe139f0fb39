"""Whether a watch finds every stall, for how long, and on which line, and invents none.

Run ``python benchmarks/stalls.py`` on a quiet machine; it takes about two minutes. A thread that
wants the GIL every 0.3 ms times its own waits, and they are the truth. Then a thread that nobody
waits for gives the GIL away for microseconds: no stall is right there, however long it seems to hold.
"""

import random
import statistics
import threading
import time

import gilext

HOLDS = 600
LONGEST = 0.2
THRESHOLD = 0.01
CLOSE = 0.5e-3
PAUSE = 0.3e-3
SHORT_RELEASES = [(50e-6, 1e-6), (200e-6, 1e-6), (1e-3, 5e-6), (5e-3, 10e-6), (2e-3, 1e-3)]
SECONDS = 3.0


def first(seconds):
    return gilext.hold_for(seconds)


def second(seconds):
    return gilext.hold_for(seconds)


def third(seconds):
    """Python code, which hands the GIL over when asked, so that nobody waits for so long."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass
    return seconds


class Victim(threading.Thread):
    """Wants the GIL again and again, and notes when it began to wait, and for how long."""

    def __init__(self):
        super().__init__()
        self.is_over = False
        self.waits = []
        naps = []
        for _ in range(200):
            start = time.perf_counter()
            time.sleep(PAUSE)
            naps.append(time.perf_counter() - start)
        self.nap = statistics.median(naps)

    def run(self):
        while not self.is_over:
            start = time.perf_counter()
            time.sleep(PAUSE)
            end = time.perf_counter()
            if end - start - self.nap >= THRESHOLD / 2:
                self.waits.append((start + self.nap, end - start - self.nap))


def stalls_of_known_length():
    chance = random.Random(1)
    functions = [first, second, third]
    names = []
    victim = Victim()
    with gilext.watch(stalls=THRESHOLD) as watched:
        begin = time.perf_counter()
        victim.start()
        for _ in range(HOLDS):
            # As many on each order of magnitude, from 0.5 ms on; none within 1 ms of the limit.
            seconds = 0.0005 * (LONGEST / 0.0005) ** chance.random()
            if abs(seconds - THRESHOLD) < 0.001:
                seconds += 0.002
            gilext.release_for(0.003 + 0.002 * chance.random())
            function = chance.choice(functions)
            start = time.perf_counter()
            function(seconds)
            names.append((start - begin, time.perf_counter() - begin, function.__name__))
        victim.is_over = True
        victim.join()
    truths = [(start - begin, seconds) for start, seconds in victim.waits]
    report(watched.recording, truths, names)


def report(recording, truths, names):
    stalls = list(recording.stalls)
    missed, wrong, laid, in_all = 0, [], 0.0, 0.0
    for start, seconds in truths:
        middle = start + seconds / 2
        found = [s for s in stalls if 0 <= middle - s.hold.start_seconds <= s.hold.seconds]
        if not found:
            missed += seconds >= THRESHOLD + CLOSE
            continue
        stall = found[0]
        stalls.remove(stall)
        wrong.append(abs(stall.hold.seconds - seconds))
        running = [name for begin, end, name in names if begin <= middle <= end]
        in_all += stall.hold.seconds
        laid += sum(s.seconds for s in stall.stacks if s.frames[0].function in running)
    wrong.sort()
    long = sum(seconds >= THRESHOLD + CLOSE for _, seconds in truths)
    print(
        f"{long} waits of {THRESHOLD * 1e3:g} ms and more: {missed} missed, {len(stalls)} invented"
    )
    print(
        f"duration wrong by {wrong[len(wrong) // 2] * 1e3:.3f} ms median, {wrong[-1] * 1e3:.3f} ms "
        f"at most, by more than {CLOSE * 1e3:g} ms {sum(error > CLOSE for error in wrong)} times; "
        f"interval {recording.interval_seconds * 1e3:g} ms, "
        f"throttled for {recording.throttled_seconds:.1f} of {recording.seconds:.1f} s"
    )
    print(f"{laid / in_all:.2%} of the stall time laid on the right function's line")


def stalls_that_nobody_waited_for():
    for hold, release in SHORT_RELEASES:
        longest = 0.0
        with gilext.watch(stalls=THRESHOLD) as watched:
            end = time.perf_counter() + SECONDS
            while time.perf_counter() < end:
                longest = max(longest, gilext.hold_for(hold))
                gilext.release_for(release)
        found = watched.recording
        wanted = sum(one.requested for one in found.holds)
        print(
            f"holds of {hold * 1e6:g} µs, releases of {release * 1e6:g} µs, nobody waits: "
            f"{len(found.stalls)} stalls, {wanted} holds said to be wanted; the longest hold was "
            f"{longest * 1e3:.1f} ms, said to be at most {found.longest[0].seconds * 1e3:.1f} ms"
        )


if __name__ == "__main__":
    stalls_of_known_length()
    stalls_that_nobody_waited_for()
