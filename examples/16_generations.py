"""The collector's generations and thresholds, read from the interpreter that runs.

The experiment is gilext/lab/generations.py. It runs with the thresholds that are set and with a
larger first one.
"""

import gc

from gilext.lab.generations import watch_generations

LARGER = 50_000


def main():
    """Make many lists at each threshold."""
    usual = gc.get_threshold()
    seconds = []
    for threshold in (usual[0], LARGER):
        gc.set_threshold(threshold, *usual[1:])
        lesson = watch_generations()
        print(lesson, end="\n\n")
        seconds.append(sum(row.collecting_seconds for row in lesson.rows))
    gc.set_threshold(*usual)
    print(
        f"Collecting took {seconds[0] * 1e3:.1f} ms with the first threshold at {usual[0]:,}, and "
        f"{seconds[1] * 1e3:.1f} ms with {LARGER:,}."
    )


if __name__ == "__main__":
    main()
