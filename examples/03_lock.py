"""A Lock repairs the race; where it is put decides what that costs.

The experiment is gilext/lab/lock.py. It runs with few additions and with many.
"""

from gilext.lab.lock import lock_the_additions

ADDITIONS = [100_000, 400_000]


def main():
    """Lock a loop of each length."""
    for additions in ADDITIONS:
        lesson = lock_the_additions(additions)
        print(lesson, end="\n\n")
    bare, each, whole = lesson.rows
    print(
        f"An addition takes {bare.increment_seconds * 1e9:.0f} ns without a lock, "
        f"{each.increment_seconds * 1e9:.0f} ns with one of its own, and "
        f"{whole.increment_seconds * 1e9:.0f} ns with one for the whole loop."
    )


if __name__ == "__main__":
    main()
