"""The lab: one experiment a module, a function that returns a result.

`EXPERIMENTS` is their catalogue, in the order in which one would teach them.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

from gilext.results import Result


class Experiment(NamedTuple):
    """One experiment: its name, its function, and what it shows, in a line."""

    name: str
    function: str
    title: str

    def run(self) -> Result:
        """Run it as it stands."""
        module = import_module(f"gilext.lab.{self.name}")
        run: Callable[[], Result] = getattr(module, self.function)
        return run()


EXPERIMENTS = {
    experiment.name: experiment
    for experiment in (
        Experiment("races", "count_in_threads", "one counter, several threads: updates get lost"),
        Experiment("refcounts", "race_references", "reference counts that race leak or free early"),
        Experiment("cycles", "collect_a_cycle", "counting alone never frees a cycle"),
        Experiment("locks", "lock_in_both_orders", "a lock on every object can deadlock"),
    )
}
