"""What ``import gilext`` adds to the start of a bare interpreter.

Run ``python benchmarks/import_time.py``. Bare starts and importing starts take turns; the
figure is the median of the differences within 60 pairs, and their middle half.
"""

import subprocess
import sys
from statistics import median
from time import perf_counter

PAIRS = 60


def start_milliseconds(code):
    start = perf_counter()
    subprocess.run([sys.executable, "-I", "-c", code], check=True)
    return (perf_counter() - start) * 1e3


def main():
    start_milliseconds("import gilext")
    bare, added = [], []
    for _ in range(PAIRS):
        bare.append(start_milliseconds("pass"))
        added.append(start_milliseconds("import gilext") - bare[-1])
    added.sort()
    print(
        f"bare start {median(bare):.1f} ms; import gilext adds {median(added):.2f} ms "
        f"(middle half {added[PAIRS // 4]:.2f} to {added[3 * PAIRS // 4]:.2f})"
    )


if __name__ == "__main__":
    main()
