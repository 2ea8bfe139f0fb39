"""Reference counts that race leak an object or free it early: on a model, never on a real one.

The experiment is gilext/lab/refcounts.py. It runs with one thread and with two.
"""

from gilext.lab.refcounts import race_references

WORKERS = [1, 2]


def main():
    """Take and drop references in one thread and in two."""
    wrong = []
    for workers in WORKERS:
        lesson = race_references(workers)
        print(lesson, end="\n\n")
        rows = {row.way: row for row in lesson.rows}
        plain = rows["plain, GIL released"]
        wrong.append(plain.leaked + plain.freed_early)
    print(
        f"Of {lesson.objects} objects, {wrong[0]} end wrong with one thread, {wrong[1]} with two."
    )


if __name__ == "__main__":
    main()
