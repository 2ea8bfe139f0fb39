"""Whether a watch finds every stall, for how long, and on which line.

Run ``python benchmarks/stalls.py`` on a quiet machine; it takes about a minute and a half.
"""

import random
import time

import gilext

HOLDS = 600
LONGEST = 0.2
THRESHOLD = 0.005
CLOSE = 0.5e-3


def first(seconds):
    return gilext.hold_for(seconds)


def second(seconds):
    return gilext.hold_for(seconds)


def third(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass
    return seconds


def main():
    chance = random.Random(1)
    functions = [first, second, third]
    truths = []
    with gilext.watch(stalls=THRESHOLD) as watched:
        begin = time.perf_counter()
        for _ in range(HOLDS):
            # As many on each order of magnitude, from 0.5 ms on; none within 0.5 ms of the limit.
            seconds = 0.0005 * (LONGEST / 0.0005) ** chance.random()
            if abs(seconds - THRESHOLD) < 0.0005:
                seconds += 0.001
            gilext.release_for(0.003 + 0.002 * chance.random())
            function = chance.choice(functions)
            start = time.perf_counter()
            function(seconds)
            end = time.perf_counter()
            truths.append((start - begin, end - start, function.__name__))
    report(watched.recording, [truth for truth in truths if truth[1] >= THRESHOLD])


def report(recording, truths):
    stalls = list(recording.stalls)
    missed, wrong, laid, in_all = 0, [], 0.0, 0.0
    for start, seconds, name in truths:
        middle = start + seconds / 2
        found = [s for s in stalls if 0 <= middle - s.hold.start_seconds <= s.hold.seconds]
        if not found:
            missed += 1
            continue
        stall = found[0]
        stalls.remove(stall)
        wrong.append(abs(stall.hold.seconds - seconds))
        in_all += stall.hold.seconds
        laid += sum(s.seconds for s in stall.stacks if s.frames[0].function == name)
    wrong.sort()
    print(
        f"{len(truths)} holds of {THRESHOLD * 1e3:g} ms and more: {missed} missed, "
        f"{len(stalls)} invented"
    )
    print(
        f"duration wrong by {wrong[len(wrong) // 2] * 1e3:.3f} ms median, {wrong[-1] * 1e3:.3f} ms "
        f"at most, by more than {CLOSE * 1e3:g} ms {sum(error > CLOSE for error in wrong)} times; "
        f"interval {recording.interval_seconds * 1e3:g} ms, "
        f"careful for {recording.throttled_seconds:.1f} of {recording.seconds:.1f} s"
    )
    print(f"{laid / in_all:.2%} of the stall time laid on the right function's line")


if __name__ == "__main__":
    main()
