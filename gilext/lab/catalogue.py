"""The experiments by name, in the order in which one would teach them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gilext.comparison.comparing import compare
from gilext.core.results import Result
from gilext.lab.attached_call import collect_during_a_call
from gilext.lab.bindings_table import tabulate_bindings
from gilext.lab.blocking_calls import check_standard_calls
from gilext.lab.break_even import find_break_even
from gilext.lab.byte_code import find_switch_points
from gilext.lab.collecting_thread import see_who_collects
from gilext.lab.convoy import ask_beside
from gilext.lab.cpu_bound import work_as_published, work_in_two_threads
from gilext.lab.cycles import collect_a_cycle
from gilext.lab.generations import watch_generations
from gilext.lab.io_bound import wait_as_published, wait_in_two_threads
from gilext.lab.leaks import find_leaks
from gilext.lab.lock import lock_the_additions
from gilext.lab.locks import lock_in_both_orders
from gilext.lab.object_locks import append_to_one_or_many
from gilext.lab.one_after_another import start_and_join
from gilext.lab.other_interpreters import ask_interpreters
from gilext.lab.overwrites import watch_overwrites
from gilext.lab.plus_and_minus import AS_PUBLISHED, meet_at_zero
from gilext.lab.processes import hire_as_published, hire_each_kind
from gilext.lab.race import race_in_python
from gilext.lab.races import count_in_threads
from gilext.lab.refcounts import race_references
from gilext.lab.references import count_references
from gilext.lab.shared_count import count_one_or_many
from gilext.lab.split_sum import split_a_sum, split_as_published
from gilext.lab.switch_interval import wait_for_python
from gilext.lab.tasks_and_threads import wait_and_compute
from gilext.lab.tracked import list_what_is_tracked
from gilext.lab.web_server import serve_before_and_after
from gilext.lab.who_is_next import take_turns
from gilext.lab.without_gil import price_of_no_gil

LOOPS = "One loop, two variants"
RACES = "Races, and locks against them"
WAITING = "What computes, and what waits"
SWITCHING = "Who gets the GIL, and when"
PROTECTED = "What the GIL protects"
BEYOND = "Without a GIL, and around it"
YOURS = "In your own code"


class Full(NamedTuple):
    """An experiment at the size at which it was published.

    Attributes
    ----------
    run : callable
        Runs it, once.
    takes : str
        How long that takes on two cores, and how much memory if that matters.
    """

    run: Callable[[], Result]
    takes: str


class Experiment(NamedTuple):
    """One experiment.

    Attributes
    ----------
    name : str
        Its name on the command line.
    run : callable
        Runs it as it stands, once, and returns its result.
    title : str
        What it shows, in a line.
    group : str
        What it is about, together with others.
    minutes : int
        How long a class needs for it, with what there is to say.
    full : Full, optional
        The published size, if that is larger than what `run` does.
    """

    name: str
    run: Callable[[], Result]
    title: str
    group: str
    minutes: int
    full: Full | None = None


_LIST = (
    Experiment(
        "held_vs_released",
        compare,
        "one C loop in each supported way to call it, GIL held and released",
        LOOPS,
        20,
    ),
    Experiment(
        "race",
        race_in_python,
        "two threads add to one attribute: who loses updates?",
        RACES,
        15,
        Full(
            lambda: race_in_python(1_000_000),
            "2 to 5 s: 1,000,000 additions in each thread",
        ),
    ),
    Experiment(
        "overwrites",
        watch_overwrites,
        "why a race loses hundreds of thousands: overwritten slices",
        RACES,
        5,
    ),
    Experiment(
        "lock",
        lock_the_additions,
        "a Lock repairs the race, at a price",
        RACES,
        10,
    ),
    Experiment(
        "plus_and_minus",
        meet_at_zero,
        "one thread adds, another subtracts: do they meet at 0?",
        RACES,
        5,
        Full(
            lambda: meet_at_zero(steps_as_published=AS_PUBLISHED),
            "10 to 40 s: 100,000,000 steps in each thread",
        ),
    ),
    Experiment(
        "cpu_bound",
        work_in_two_threads,
        "CPU-bound work in two threads, in Python and in C",
        WAITING,
        10,
        Full(work_as_published, "one to three minutes, and 8 GB of memory"),
    ),
    Experiment(
        "io_bound",
        wait_in_two_threads,
        "work that also waits is faster in threads",
        WAITING,
        10,
        Full(wait_as_published, "two to five minutes, and 4 GB of memory"),
    ),
    Experiment(
        "processes",
        hire_each_kind,
        "threads, processes, sub-interpreters: speed, start and memory",
        WAITING,
        10,
        Full(hire_as_published, "one to three minutes, and 6 GB of memory"),
    ),
    Experiment(
        "split_sum",
        split_a_sum,
        "one sum split in two: processes and a Queue, or threads",
        WAITING,
        5,
        Full(split_as_published, "about half a minute"),
    ),
    Experiment(
        "switch_interval",
        wait_for_python,
        "how long a thread waits for a GIL that Python code holds",
        SWITCHING,
        10,
    ),
    Experiment(
        "convoy",
        ask_beside,
        "a thread with much I/O alongside one that computes",
        SWITCHING,
        10,
    ),
    Experiment(
        "blocking_calls",
        check_standard_calls,
        "which calls of the standard library release the GIL",
        SWITCHING,
        10,
    ),
    Experiment(
        "refcounts",
        race_references,
        "reference counts that race leak or free early",
        PROTECTED,
        10,
    ),
    Experiment(
        "races",
        count_in_threads,
        "one counter in C, protected in six ways: what each costs",
        PROTECTED,
        10,
    ),
    Experiment(
        "locks",
        lock_in_both_orders,
        "two locks in opposite orders deadlock, and so do the GIL and a mutex",
        PROTECTED,
        15,
    ),
    Experiment(
        "cycles",
        collect_a_cycle,
        "counting alone never frees a cycle",
        PROTECTED,
        10,
    ),
    Experiment(
        "generations",
        watch_generations,
        "what the collector does with its generations today",
        PROTECTED,
        10,
    ),
    Experiment(
        "other_interpreters",
        ask_interpreters,
        "pure Python in two threads, in every interpreter found here",
        BEYOND,
        10,
    ),
    Experiment(
        "bindings",
        tabulate_bindings,
        "one loop through each binding tool: which release by default",
        BEYOND,
        10,
    ),
    Experiment(
        "break_even",
        find_break_even,
        "the size above which releasing the GIL gives more than it costs",
        YOURS,
        15,
    ),
    Experiment(
        "web_server",
        serve_before_and_after,
        "one long hold in a server delays every request; which line?",
        YOURS,
        15,
    ),
    Experiment(
        "byte_code",
        find_switch_points,
        "the instructions after which a thread is switched, today and in 3.9",
        SWITCHING,
        15,
    ),
    Experiment(
        "one_after_another",
        start_and_join,
        "start and join, then the next: nothing runs at the same time",
        WAITING,
        5,
    ),
    Experiment(
        "who_is_next",
        take_turns,
        "which thread gets the GIL next, and how much of it each gets",
        SWITCHING,
        10,
    ),
    Experiment(
        "leaks",
        find_leaks,
        "a missing Py_DECREF, a missing free(), and what finds them",
        PROTECTED,
        15,
    ),
    Experiment(
        "references",
        count_references,
        "what changes the reference count of a real object",
        PROTECTED,
        10,
    ),
    Experiment(
        "tracked",
        list_what_is_tracked,
        "which objects the collector looks at, and what that costs each",
        PROTECTED,
        10,
    ),
    Experiment(
        "collecting_thread",
        see_who_collects,
        "the collector runs in the thread that makes one container too many",
        PROTECTED,
        5,
    ),
    Experiment(
        "tasks_and_threads",
        wait_and_compute,
        "tasks of asyncio compared with threads: waiting, and computing",
        WAITING,
        10,
    ),
    Experiment(
        "without_gil",
        price_of_no_gil,
        "what a build without a GIL costs in one thread",
        BEYOND,
        15,
    ),
    Experiment(
        "attached_call",
        collect_during_a_call,
        "a collection waits for a long call that stays attached",
        BEYOND,
        15,
    ),
    Experiment(
        "shared_count",
        count_one_or_many,
        "one object that all threads refer to, or one each",
        BEYOND,
        10,
    ),
    Experiment(
        "object_locks",
        append_to_one_or_many,
        "a lock on each list, or one lock for all",
        BEYOND,
        10,
    ),
)

EXPERIMENTS = {experiment.name: experiment for experiment in _LIST}
