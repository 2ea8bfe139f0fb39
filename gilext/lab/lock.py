"""A Lock repairs the race, at a price.

Around each addition it costs a multiple of the addition, and more when two threads want it.
Around the whole loop it costs nothing, and nothing is left of running at the same time.
"""

from __future__ import annotations

from threading import Lock

from gilext.core.checks import check_count
from gilext.core.environment import info
from gilext.lab.lesson import Lesson
from gilext.lab.race import Box, add_with_a_call, count_in_python, nothing


def lock_the_additions(additions: int = 300_000) -> Lesson:
    """Let two threads add to one attribute, without a lock and with one in two places.

    Parameters
    ----------
    additions : int
        How often each thread adds 1, 1 at least.

    Returns
    -------
    Lesson
        With a `gilext.lab.races.CountedWay` for each way.

    Raises
    ------
    ValueError
        When `additions` is less than 1.
    """
    additions = check_count("additions", additions)
    lock = Lock()

    def add_with_a_lock(box: Box, times: int) -> None:
        for _ in range(times):
            with lock:
                total = box.total
                nothing()
                box.total = total + 1

    def add_all_with_a_lock(box: Box, times: int) -> None:
        with lock:
            add_with_a_call(box, times)

    bare = count_in_python("no lock", additions, add_with_a_call)
    each = count_in_python("Lock for each addition", additions, add_with_a_lock)
    whole = count_in_python("Lock for the whole loop", additions, add_all_with_a_lock)
    cost = (each.increment_seconds - bare.increment_seconds) * 1e9
    return Lesson(
        title=f"two threads add 1 to one attribute, {additions:,} times each, a call in between",
        rows=(bare, each, whole),
        sentence=(
            f"Without a lock {bare.lost:,} additions are lost, with one {each.lost + whole.lost}; "
            f"around each addition it costs {cost:.0f} ns, and threads that wait for it."
        ),
        shown=each.lost == whole.lost == 0 < bare.lost,
        environment=info(),
    )
