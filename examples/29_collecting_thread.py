"""The collector runs in the thread that makes one container too many.

The experiment is gilext/lab/collecting_thread.py. It runs with few containers and with many.
"""

from gilext.lab.collecting_thread import see_who_collects

CONTAINERS = [100, 100_000]


def main():
    """Make containers, and see in which thread the collector runs."""
    for containers in CONTAINERS:
        lesson = see_who_collects(containers)
        print(lesson, end="\n\n")
        print(f"{containers:,} lists: {sum(row.collections for row in lesson.rows)} collections.")


if __name__ == "__main__":
    main()
