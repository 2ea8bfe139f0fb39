"""The experiments by name, in the order in which one would teach them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gilext.comparison.comparing import compare
from gilext.core.results import Result
from gilext.lab.bindings_table import tabulate_bindings
from gilext.lab.blocking_calls import check_standard_calls
from gilext.lab.break_even import find_break_even
from gilext.lab.convoy import ask_beside
from gilext.lab.cpu_bound import work_in_two_threads
from gilext.lab.cycles import collect_a_cycle
from gilext.lab.generations import watch_generations
from gilext.lab.io_bound import wait_in_two_threads
from gilext.lab.lock import lock_the_additions
from gilext.lab.locks import lock_in_both_orders
from gilext.lab.other_interpreters import ask_interpreters
from gilext.lab.plus_and_minus import meet_at_zero
from gilext.lab.processes import hire_each_kind
from gilext.lab.race import race_in_python
from gilext.lab.races import count_in_threads
from gilext.lab.refcounts import race_references
from gilext.lab.split_sum import split_a_sum
from gilext.lab.switch_interval import wait_for_python
from gilext.lab.web_server import serve_before_and_after


class Experiment(NamedTuple):
    """One experiment.

    Attributes
    ----------
    name : str
        Its name on the command line.
    run : callable
        Runs it as it stands, and returns its result.
    title : str
        What it shows, in a line.
    """

    name: str
    run: Callable[[], Result]
    title: str


_LIST = (
    Experiment(
        "held_vs_released",
        compare,
        "one C loop in every way to call it, GIL held and released",
    ),
    Experiment(
        "race",
        race_in_python,
        "two threads add to one attribute: who loses updates?",
    ),
    Experiment(
        "lock",
        lock_the_additions,
        "a Lock repairs the race, at a price",
    ),
    Experiment(
        "plus_and_minus",
        meet_at_zero,
        "one thread adds, another subtracts: do they meet at 0?",
    ),
    Experiment(
        "cpu_bound",
        work_in_two_threads,
        "CPU-bound work in two threads, in Python and in C",
    ),
    Experiment(
        "io_bound",
        wait_in_two_threads,
        "work that also waits gains from threads",
    ),
    Experiment(
        "processes",
        hire_each_kind,
        "threads, processes, sub-interpreters: gain, start and memory",
    ),
    Experiment(
        "split_sum",
        split_a_sum,
        "one sum split in two: processes and a Queue, or threads",
    ),
    Experiment(
        "switch_interval",
        wait_for_python,
        "how long a thread waits for a GIL that Python code holds",
    ),
    Experiment(
        "convoy",
        ask_beside,
        "a thread with much I/O beside one that computes",
    ),
    Experiment(
        "blocking_calls",
        check_standard_calls,
        "which calls of the standard library release the GIL",
    ),
    Experiment(
        "refcounts",
        race_references,
        "reference counts that race leak or free early",
    ),
    Experiment(
        "races",
        count_in_threads,
        "one counter in C, guarded in every way: what each costs",
    ),
    Experiment(
        "locks",
        lock_in_both_orders,
        "a lock on every object can deadlock",
    ),
    Experiment(
        "cycles",
        collect_a_cycle,
        "counting alone never frees a cycle",
    ),
    Experiment(
        "generations",
        watch_generations,
        "what the collector does with its generations today",
    ),
    Experiment(
        "other_interpreters",
        ask_interpreters,
        "pure Python in two threads, in every interpreter at hand",
    ),
    Experiment(
        "bindings",
        tabulate_bindings,
        "one loop through each binding tool: who releases by default",
    ),
    Experiment(
        "break_even",
        find_break_even,
        "from which size on releasing gives more than it costs",
    ),
    Experiment(
        "web_server",
        serve_before_and_after,
        "one long hold in a server delays everybody; which line?",
    ),
)

EXPERIMENTS = {experiment.name: experiment for experiment in _LIST}
