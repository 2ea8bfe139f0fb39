"""The collector's generations and thresholds, read from the interpreter that runs.

The experiment is gilext/lab/generations.py. It runs with the thresholds that are set and with a
larger first one; with --freeze, everything that there is before is left out of the collections.
"""

import argparse
import gc

from gilext.lab.generations import watch_generations


def main():
    """Make many lists at each threshold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--larger", type=int, default=50_000, metavar="THRESHOLD")
    parser.add_argument("--freeze", action="store_true")
    arguments = parser.parse_args()
    if arguments.freeze:
        gc.freeze()
    usual = gc.get_threshold()
    seconds = []
    for threshold in (usual[0], arguments.larger):
        gc.set_threshold(threshold, *usual[1:])
        lesson = watch_generations()
        print(lesson, end="\n\n")
        seconds.append(sum(row.collecting_seconds for row in lesson.rows))
    gc.set_threshold(*usual)
    print(
        f"Collecting took {seconds[0] * 1e3:.1f} ms with the first threshold at {usual[0]:,}, and "
        f"{seconds[1] * 1e3:.1f} ms with {arguments.larger:,}."
    )


if __name__ == "__main__":
    main()
