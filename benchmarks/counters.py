"""How reliably plain counters lose updates and guarded ones don't, and what guarding costs.

Run ``python benchmarks/counters.py`` on two cores; it takes about ten minutes. It fails where a
guarded counter lost something, or a plain one nothing.
"""

import sys

from gilext.core.environment import is_gil_enabled
from gilext.lab import races
from gilext.lab.races import count_in_threads
from gilext.lab.refcounts import race_references

RUNS = 10
GUARDED_RUNS = 1000
PLAIN = "plain, GIL released"


def lost_by_way(runs, increments):
    """Return in how many runs each way lost something."""
    lost = dict.fromkeys(races.WAYS, 0)
    for _ in range(runs):
        for row in count_in_threads(2, increments).rows:
            lost[row.way] += row.lost > 0
    return lost


def main():
    lost = lost_by_way(RUNS, 2_000_000)
    print(f"{PLAIN}: lost updates in {lost[PLAIN]} of {RUNS} runs")
    is_as_it_should = lost[PLAIN] == RUNS
    lost = lost_by_way(GUARDED_RUNS, 20_000)
    guarded = [way for way in races.WAYS if way != PLAIN]
    if not is_gil_enabled():
        guarded.remove("plain, GIL held")
    for way in guarded:
        print(f"{way}: lost updates in {lost[way]} of {GUARDED_RUNS} runs")
        is_as_it_should = is_as_it_should and lost[way] == 0
    print(count_in_threads())
    print(race_references())
    sys.exit(not is_as_it_should)


if __name__ == "__main__":
    main()
