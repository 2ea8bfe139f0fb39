"""One sum split in two: processes send their results through a Queue, threads just write them.

The experiment is gilext/lab/split_sum.py. It runs with a few numbers and with many: what it costs
to start a process stays the same.
"""

from gilext.lab.split_sum import split_a_sum

NUMBERS = [1_000_000, 30_000_000]


def main():
    """Add up few numbers and many."""
    gains = []
    for numbers in NUMBERS:
        lesson = split_a_sum(numbers)
        print(lesson, end="\n\n")
        by_way = {row.way: row for row in lesson.rows}
        gains.append(by_way["Python, two processes, Queue"].speedup)
    print(
        f"Two processes are {gains[0]:.2f} times as fast as one for {NUMBERS[0]:,} numbers, and "
        f"{gains[1]:.2f} times for {NUMBERS[1]:,}."
    )


if __name__ == "__main__":  # each process imports this file
    main()
