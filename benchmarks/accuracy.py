"""How true a held fraction is, of gilext and of its peers, over patterns of known truth.

Run ``python benchmarks/accuracy.py`` on a quiet machine; it takes about 20 minutes. With
``--seconds 1`` it takes about six, and the errors of what samples are larger. ``--neighbours 2``
keeps two more processes busy meanwhile.
"""

import argparse
import statistics
import threading
import time

from busy import busy_loops
from instruments import INSTRUMENTS

import gilext

# Threads, seconds held, seconds released, over and over.
PATTERNS = {
    "never held": (1, 0, 1e-3),
    "always held": (1, 1e-3, 0),
    "4 of 20 µs": (1, 4e-6, 16e-6),
    "10 of 20 µs": (1, 10e-6, 10e-6),
    "20 of 100 µs": (1, 20e-6, 80e-6),
    "80 of 100 µs": (1, 80e-6, 20e-6),
    "0.3 of 1 ms": (1, 0.3e-3, 0.7e-3),
    "0.5 of 1 ms": (1, 0.5e-3, 0.5e-3),
    "1 of 2 ms": (1, 1e-3, 1e-3),
    "1 of 10 ms": (1, 1e-3, 9e-3),
    "30 of 100 ms": (1, 30e-3, 70e-3),
    "0.5 of 1 s": (1, 0.5, 0.5),
    "two threads, 0.3 of 2 ms": (2, 0.3e-3, 1.7e-3),
    "two threads, 2 of 10 ms": (2, 2e-3, 8e-3),
    "two threads, 20 of 50 ms": (2, 20e-3, 30e-3),
}
PEERS_SECONDS = 5.0


def play(held, released, seconds, totals):
    """Hold and release for some time; add the turns, seconds held and released to `totals`."""
    turns, sum_held, sum_released = 0, 0.0, 0.0
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        if held:
            sum_held += gilext.hold_for(held)
        if released:
            sum_released += gilext.release_for(released)
        turns += 1
    totals.append((turns, sum_held, sum_released))


def seconds_outside(function):
    """Return what a call takes over the time that it says it took, at best."""
    best = []
    for _ in range(20):
        start = time.perf_counter()
        inside = sum(function(2e-6) for _ in range(2000))
        best.append((time.perf_counter() - start - inside) / 2000)
    return min(best)


def seconds_between():
    """Return for how long one turn holds the GIL before and after its calls, at best."""
    best = []
    for _ in range(20):
        totals = []
        start = time.perf_counter()
        play(2e-6, 2e-6, 10e-3, totals)
        wall = time.perf_counter() - start
        ((turns, held, released),) = totals
        best.append((wall - held - released) / turns)
    return max(0.0, min(best) - PAIR_SECONDS)


# Releasing and taking the GIL is free time too, and is in no call's own time.
PAIR_SECONDS = seconds_outside(gilext.release_for) - seconds_outside(gilext.hold_for)
BETWEEN_SECONDS = seconds_between()


def true_fraction(threads, held, released, seconds):
    """Play a pattern; return the fraction of the time in which the GIL was held.

    One thread holds it whenever it doesn't release it. Two of them also wait for each other, also
    between two calls: so what they hold in calls is added up, with what a turn takes between them.
    """
    totals = []
    start = time.perf_counter()
    if threads == 1:
        play(held, released, seconds, totals)
        ((turns, _, free),) = totals
        free += PAIR_SECONDS * turns if released else 0.0
        return 1 - free / (time.perf_counter() - start)
    players = [
        threading.Thread(target=play, args=(held, released, seconds, totals))
        for _ in range(threads)
    ]
    for player in players:
        player.start()
    for player in players:
        player.join()
    wall = time.perf_counter() - start
    return sum(held + BETWEEN_SECONDS * turns for turns, held, _ in totals) / wall


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="a pattern, for gilext")
    parser.add_argument("--rounds", type=int, default=2, help="of gilext at its default alone")
    parser.add_argument("--neighbours", type=int, default=0, help="that keep a core busy each")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(INSTRUMENTS)}")
    arguments = parser.parse_args()
    with busy_loops(arguments.neighbours):
        compare(arguments, {name: INSTRUMENTS[name] for name in arguments.names or INSTRUMENTS})


def compare(arguments, instruments):
    errors = {name: [] for name in instruments}
    inside = []
    for title, (threads, held, released) in PATTERNS.items():
        said, outside = [], ""
        for name, instrument in instruments.items():
            own = name.startswith("gilext")
            # Two threads keep both cores busy, and gilext takes fewer samples then.
            seconds = arguments.seconds * (4 if threads > 1 else 1) if own else PEERS_SECONDS
            for _ in range(arguments.rounds if name == "gilext" else 1):
                with instrument() as reading:
                    truth = true_fraction(threads, held, released, min(seconds, 60))
                error = abs(reading.fraction - truth)
                errors[name].append(error)
                if own:
                    inside.append(error <= reading.error)
                    outside = outside if inside[-1] else f"{outside} {error / reading.error:.1f}"
            said.append(f"{name} {reading.fraction - truth:+.4f}")
        print(f"{title:26} {truth:.4f}  {';  '.join(said)}", end="")
        print(f";  outside, times the bar:{outside}" if outside else "", flush=True)
    for name, found in errors.items():
        print(f"{name:22} worst {max(found):.4f}  median {statistics.median(found):.4f}")
    print(f"truth inside gilext's error bar: {sum(inside)} of {len(inside)} times")


if __name__ == "__main__":
    main()
