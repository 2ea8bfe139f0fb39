"""Work that waits."""

from __future__ import annotations

from gilext.course.published.row import Row, led

ROWS = (
    led(
        "io_bound",
        "BD",
        "yes",
        "Two threads take less time than a sequence, because a thread that sleeps has released the "
        "GIL.",
    ),
    led(
        "blocking_calls",
        "D",
        "in part",
        "Sleeping, sockets, files and locks release. Short system calls don't, and some calls that "
        "only compute do.",
    ),
    Row(
        "most_programs_wait",
        "B",
        "The programs that we write are mostly I/O-bound.",
        "in part",
        "That depends on the program. `gilext watch` measures it: for how much of the time the GIL "
        "is held, and by which line.",
        "A server that waits most of the time can still be stalled by one request that computes.",
        "web_server",
    ),
    led(
        "tasks_and_threads",
        "C",
        "in part",
        "multiprocessing runs in parallel; asyncio doesn't.",
    ),
)
