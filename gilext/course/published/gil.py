"""What the GIL is."""

from __future__ import annotations

from gilext.course.published.row import Row, led

ROWS = (
    Row(
        "one_thread_at_a_time",
        "ABCDE",
        "The GIL is a mutex. It lets one thread at a time run byte code.",
        "yes",
        "That holds for the usual build, and for each interpreter on its own.",
        "C code that has released the GIL runs at the same time as a thread that holds it. A build "
        "without a GIL has no such mutex.",
        "held_vs_released",
    ),
    led(
        "byte_code",
        "A",
        "no",
        "A syntax error in the last line of a module keeps its first line from running.",
    ),
    Row(
        "no_threads_at_all",
        "BD",
        "Python doesn't support programs with several threads (B). It does, but they don't run in "
        "parallel (D).",
        "in part",
        "D is right about Python code. Threads wait in parallel, and run C code in parallel that "
        "releases the GIL.",
        "Threads of Python are threads of the operating system. Only the GIL keeps them apart.",
        "held_vs_released",
    ),
    Row(
        "one_core",
        "A",
        "The GIL keeps threads from running on several cores, so that they share one core.",
        "in part",
        "They take turns, but not on one core: each thread runs where the operating system puts it.",
        "The GIL decides when a thread runs. It doesn't decide where.",
        "cpu_bound",
    ),
    Row(
        "turns",
        "AD",
        "Threads take turns: one gets the GIL, releases it, and the next one gets it.",
        "yes",
        "How long a turn lasts depends on what the thread runs.",
        "Python code is asked to release after the switch interval; C code releases if its author "
        "wrote that.",
        "who_is_next",
    ),
    led(
        "switch_interval",
        "D",
        "in part",
        "The interval is still 5 ms. But it is the waiting thread that asks, after it has waited "
        "that long; if no thread waits, nothing is released.",
    ),
    Row(
        "not_to_rely_on",
        "D",
        "Programmers must not rely on the interval.",
        "yes",
        "They must rely on the places of the checks even less.",
        "Between 3.9 and 3.10 they moved, and a published race was no longer seen.",
        "byte_code",
    ),
    led(
        "who_is_next",
        "BD",
        "in part",
        "The system chooses, and turns are shared out roughly. One thread in C that holds the GIL "
        "for long still gets most of the time.",
    ),
    Row(
        "telephone_box",
        "BD",
        "A mutex is like the door of a telephone box that the caller holds shut, or like the key of "
        "a lavatory.",
        "in part",
        "Both are good pictures of a mutex. For the GIL they lack two things: a caller who has to wait "
        "opens the door, and after 5 ms the next one knocks.",
        "The GIL is made to be handed over; a mutex is kept until the work is done.",
        "switch_interval",
    ),
    Row(
        "easier_to_write",
        "B",
        "The GIL makes it easier to write the interpreter, the collector, and extensions in C.",
        "yes",
        "An extension that declares `Py_MOD_GIL_NOT_USED` has to do itself what the GIL did for it.",
        "Under the GIL, static variables need no lock, and borrowed references stay valid until "
        "Python code runs.",
        "without_gil",
    ),
    Row(
        "only_with_threads",
        "E",
        "A program with a single thread isn't affected by the GIL.",
        "yes",
        "It is even faster than without a GIL.",
        "Without a GIL, counting references costs more, even if there is only one thread.",
        "without_gil",
    ),
)
