"""A collection waits for a long call in C that stays attached, and not for one that detaches.

The experiment is gilext/lab/attached_call.py. Here with calls of two lengths.
"""

from gilext.lab.attached_call import collect_during_a_call


def main():
    """Collect during calls of 50 and of 200 ms."""
    for seconds in (0.05, 0.2):
        lesson = collect_during_a_call(seconds, rounds=3)
        print(lesson, end="\n\n")
    _, attached, detached = lesson.rows
    print(
        f"Of 3 collections, {attached.collected_during} ended during a call that stays attached, "
        f"{detached.collected_during} during one that detaches."
    )


if __name__ == "__main__":
    main()
