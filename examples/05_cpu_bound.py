"""CPU-bound work gains nothing from threads in Python, and nearly all in C that releases.

The experiment is gilext/lab/cpu_bound.py. It runs with a short call and with a long one.
"""

from gilext.lab.cpu_bound import work_in_two_threads

NUMBERS = [100_000, 700_000]


def main():
    """Work for a short time and for a longer one."""
    for numbers in NUMBERS:
        lesson = work_in_two_threads(numbers)
        print(lesson, end="\n\n")
    gains = [row.speedup for row in lesson.rows if row.way.endswith("two threads")]
    print(
        f"Two threads: {gains[0]:.2f} times in Python, {gains[1]:.2f} in C that holds the GIL, "
        f"{gains[2]:.2f} in C that releases it."
    )


if __name__ == "__main__":
    main()
