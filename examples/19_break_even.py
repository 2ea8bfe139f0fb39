"""The size from which on releasing the GIL gives more than it costs.

The experiment is gilext/lab/break_even.py. It runs with a few sizes, then closer around the
place where releasing begins to cost less than a hundredth of the call.
"""

from gilext.lab.break_even import find_break_even

SIZES = (0, 256, 4096, 65_536)
CLOSER = (1024, 2048, 4096, 8192)


def main():
    """Look from afar, then closer."""
    afar = find_break_even(SIZES)
    print(afar, end="\n\n")
    closer = find_break_even(CLOSER)
    print(closer, end="\n\n")
    costs = ", ".join(f"{row.cost_fraction:.1%} at {row.size_bytes:,}" for row in closer.rows)
    print(f"Releasing adds {costs} bytes.")


if __name__ == "__main__":
    main()
