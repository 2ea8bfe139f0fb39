"""Processes."""

from __future__ import annotations

from gilext.course.published.row import Row, led

ROWS = (
    Row(
        "process_and_thread",
        "BD",
        "A process is what the operating system runs; its threads share its memory, and each has some "
        "of its own.",
        "yes",
        "Each thread has a stack and a thread state of its own, and all objects are shared.",
        "A sub-interpreter lies in between: one process, with objects of its own.",
        "processes",
    ),
    led(
        "processes",
        "BCDE",
        "yes",
        "Each process has an interpreter and a GIL of its own, and takes longer to start.",
    ),
    Row(
        "modules_for_processes",
        "D",
        "The modules for processes are multiprocessing and concurrent.futures.",
        "yes",
        "Since 3.14, `concurrent.futures` has an `InterpreterPoolExecutor` as well.",
        "Its workers are threads, each with an interpreter and a GIL of its own.",
        "processes",
    ),
    led(
        "one_after_another",
        "B",
        "no",
        "In this order, no two workers are ever there at the same time.",
    ),
    Row(
        "processes_are_easy",
        "E",
        "multiprocessing is recommended over threads, and is used in the same way, so that code is "
        "easily changed over.",
        "in part",
        "The calls look alike. Arguments and results have to be pickled, and changes to shared "
        "objects aren't seen.",
        "On Linux, workers were forked up to 3.13. Since 3.14 a server process forks them, and they "
        "import the main module anew.",
        "split_sum",
    ),
    led(
        "split_sum",
        "E",
        "in part",
        "The sum is right. But the results have to be taken out of the queue before the workers are "
        "joined.",
    ),
)
