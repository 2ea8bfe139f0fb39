"""The memory of a long watch over a program that holds and releases all the time.

Run ``python benchmarks/watch_memory.py``; it takes eleven minutes, of which ``--minutes`` sets
the first ten.
"""

import argparse
import time
from pathlib import Path

import gilext


def resident_bytes():
    """Return what of this process lies in memory, as Linux counts it."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def report(minutes, memory):
    gilext.info()
    before = most = resident_bytes()
    end = time.monotonic() + 60 * minutes
    with gilext.watch(memory=memory) as watched:
        while time.monotonic() < end:
            for _ in range(200):
                gilext.hold_for(0.3e-3)
                gilext.release_for(0.3e-3)
            gilext.hold_for(0.03)
            most = max(most, resident_bytes())
    recording = watched.recording
    most = max(most, resident_bytes())
    complete = recording.holds_truncated_at_seconds
    print(
        f"{recording.seconds:.0f} s, {recording.samples} looks, {len(recording.holds)} holds kept of "
        f"{sum(thread.holds for thread in recording.by_thread)}, {len(recording.stalls)} stalls: "
        f"{(most - before) / 2**20:.1f} MiB more, of {memory / 2**20:g} MiB allowed; "
        + ("complete" if complete is None else f"holds up to {complete:.0f} s")
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    minutes = parser.parse_args().minutes
    report(minutes, 64 << 20)
    report(minutes * 0.1, 1 << 20)


if __name__ == "__main__":
    main()
