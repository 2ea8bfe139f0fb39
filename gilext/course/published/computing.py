"""Work that computes."""

from __future__ import annotations

from gilext.course.published.row import Row, led

ROWS = (
    Row(
        "one_cpu_works",
        "BC",
        "However many CPUs there are, only one of them works.",
        "in part",
        "That is so for Python code. C code that releases the GIL uses as many as there are threads.",
        "The GIL is needed to touch Python objects, not to compute.",
        "held_vs_released",
    ),
    Row(
        "cpu_bound_defined",
        "D",
        "Work is CPU-bound if it has long bursts of computing, and I/O-bound if waiting interrupts "
        "them often.",
        "yes",
        "For the GIL a third kind matters: computing in C that has released it.",
        "It is CPU-bound, and yet lets other threads run.",
        "cpu_bound",
    ),
    led(
        "cpu_bound",
        "D",
        "in part",
        "Two threads of Python are no faster than a sequence. How much slower they are depends on "
        "machine and load.",
    ),
    Row(
        "sequence_is_better",
        "D",
        "For CPU-bound work, a sequence in one thread is simpler and faster.",
        "in part",
        "Simpler, yes. Faster only for Python code under a GIL.",
        "Threads are faster if the work is done in C that releases the GIL, or if there is no GIL.",
        "cpu_bound",
    ),
    Row(
        "single_core",
        "D",
        "A single core runs one task at a time and switches quickly; several cores run several tasks "
        "at once.",
        "yes",
        "On one core, threads that release the GIL are no faster either: try "
        "`taskset -c 0 gilext lab cpu_bound`.",
        "Releasing the GIL lets another thread run. It doesn't add a core.",
        "cpu_bound",
    ),
    Row(
        "hyper_threading",
        "D",
        "A CPU does one task at a time only if it has one core and no hyper-threading.",
        "yes",
        "The system counts each hardware thread as a CPU. Two of them on one core share its units, so "
        "together they are less than twice as fast.",
        "`gilext info` says how many a process may use; `gilext compare` shows the limit of the "
        "machine, with threads that never touch Python.",
        "held_vs_released",
    ),
    Row(
        "first_multi_core",
        "D",
        "CPUs with several cores first appeared in 2005.",
        "in part",
        "In personal computers they did. IBM's POWER4 had two cores in 2001.",
        "Computers with several CPUs are older still, and threads ran in parallel on those.",
    ),
    Row(
        "processes_to_compute",
        "BD",
        "To compute in parallel, take processes instead of threads.",
        "in part",
        "Processes do it. So do threads that run C code without the GIL, sub-interpreters, and "
        "threads of a build without a GIL.",
        "Which one to take depends on what the workers share, and how long they live.",
        "processes",
    ),
    Row(
        "why_python_is_slow",
        "D",
        "The GIL is always named when people ask why Python is slow.",
        "in part",
        "In one thread the GIL makes nothing slow: the build without it is the slower one.",
        "The GIL limits how many threads compute at once, not how fast one of them does.",
        "without_gil",
    ),
)
