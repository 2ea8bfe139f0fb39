"""How exact hold_for and release_for are, and how soon spin_interruptible answers.

Run ``python benchmarks/timed_loops.py``.
"""

import os
import signal
import subprocess
import sys
import time

import gilext

LENGTHS = [20e-6, 200e-6, 2e-3, 20e-3]
CALLS = 200
INTERRUPTS = 40


def report_excess(function):
    for seconds in LENGTHS:
        excess = sorted(function(seconds) - seconds for _ in range(CALLS))
        print(
            f"{function.__name__}({seconds:g}): {excess[CALLS // 2] * 1e6:.2f} µs over, "
            f"95th percentile {excess[CALLS * 95 // 100] * 1e6:.2f} µs, "
            f"worst {excess[-1] * 1e6:.1f} µs"
        )


def milliseconds_until_interrupted():
    """Let another process send SIGINT, and say when; the clock is the same in both."""
    code = (
        "import os, signal, sys, time; time.sleep(0.03); t = time.monotonic_ns();"
        "os.kill(int(sys.argv[1]), signal.SIGINT); print(t)"
    )
    sender = subprocess.Popen(
        [sys.executable, "-c", code, str(os.getpid())],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        gilext.spin_interruptible(2**63)
    except KeyboardInterrupt:
        answered = time.monotonic_ns()
    with sender:
        return (answered - int(sender.stdout.read())) / 1e6


def main():
    report_excess(gilext.hold_for)
    report_excess(gilext.release_for)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    waits = sorted(milliseconds_until_interrupted() for _ in range(INTERRUPTS))
    print(
        f"spin_interruptible answers Ctrl-C in {waits[INTERRUPTS // 2]:.1f} ms, "
        f"worst of {INTERRUPTS} {waits[-1]:.1f} ms"
    )


if __name__ == "__main__":
    main()
