"""History, and removal."""

from __future__ import annotations

from gilext.course.published.row import Row, led

ROWS = (
    Row(
        "c_libraries",
        "D",
        "Many extensions in C needed memory management that is thread-safe, and one lock was the "
        "simplest way to that.",
        "yes",
        "The macros with which an extension releases that lock are as old.",
        "They were called `BGN_SAVE` and `END_SAVE`; today they are `Py_BEGIN_ALLOW_THREADS` and "
        "`Py_END_ALLOW_THREADS`.",
    ),
    Row(
        "single_core_age",
        "D",
        "At that time computers had one core, so that one lock was a sound choice.",
        "yes",
        "One lock was a sound choice for one core.",
        "On one core only one thread runs anyway, so that one lock takes nothing away.",
    ),
    Row(
        "before_threads",
        "E",
        "The GIL is from a time when Python had no threads.",
        "no",
        "It came together with threads: [one commit](https://github.com/python/cpython/commit/"
        "1984f1e1c6306d4e8073c28d2395638f80ea509b) of 4 August 1992 added both.",
        "Without threads there is nothing to lock.",
    ),
    Row(
        "memory_of_extensions",
        "E",
        "Python couldn't be adapted to new ways of managing memory in C extensions, so it took the "
        "GIL.",
        "unknown",
        "We know of no source for that.",
        "Extensions used the reference counts of Python from the beginning. The GIL let them go on.",
    ),
    Row(
        "libraries_rely_on_it",
        "A",
        "Removing the GIL is very hard, since libraries rely on it.",
        "in part",
        "It was hard, and is done, in a build of its own. Libraries still have to follow.",
        "A module that doesn't declare `Py_MOD_GIL_NOT_USED` switches the GIL back on when it is "
        "imported there.",
        "without_gil",
    ),
    Row(
        "condition_of_2007",
        "AE",
        "A patch would be welcome if neither a single thread nor threads that do I/O became slower.",
        "no longer",
        "The condition of 2007 isn't met. PEP 703 was accepted in 2023 nevertheless.",
        "The Steering Council set limits instead: at most 10 % slower, 15 % with its consent.",
        "without_gil",
    ),
    Row(
        "fork_of_2021",
        "A",
        "In 2021, somebody showed a CPython without a GIL.",
        "yes",
        "Sam Gross's [nogil](https://github.com/colesbury/nogil) became PEP 703, and then the "
        "free-threaded build of 3.13.",
        "The fork itself is no longer developed, as its page says.",
        "without_gil",
    ),
    led(
        "without_gil",
        "CE",
        "no longer",
        "3.13 has a build without a GIL, and since 3.14 it is supported. It isn't the default.",
    ),
)
