"""Reference counts."""

from __future__ import annotations

from gilext.course.published.row import Row, led

ROWS = (
    led(
        "references",
        "ACD",
        "in part",
        "That holds for most objects. `None`, small ints and some others are never freed, and aren't "
        "counted.",
    ),
    led(
        "refcounts",
        "ABD",
        "yes",
        "A count that two threads change without protection ends too high or too low.",
    ),
    Row(
        "memory_is_not_thread_safe",
        "AD",
        "CPython needs the GIL because the way it manages memory isn't thread-safe.",
        "yes",
        "That holds for the usual build. A build without a GIL manages memory in another way.",
        "It counts with two parts per object, and its allocator, mimalloc, has a heap per thread.",
        "refcounts",
    ),
    led(
        "races",
        "ABD",
        "in part",
        "A mutex for each change of a count is too slow. Free-threaded CPython has a small mutex in "
        "each object, but doesn't use it to count.",
    ),
    led(
        "locks",
        "BCD",
        "in part",
        "Two locks in opposite orders deadlock, and so do the GIL and a mutex.",
    ),
    Row(
        "locks_by_hand",
        "AD",
        "If programmers had to lock every object themselves, they would make mistakes.",
        "yes",
        "Builds without a GIL lock inside of the interpreter, not in programs.",
        "Lists, dicts and sets lock themselves there. Extensions in C have to do it on their own.",
        "object_locks",
    ),
    Row(
        "lock_the_interpreter",
        "ABCD",
        "So CPython doesn't protect each count, but locks the interpreter as a whole.",
        "yes",
        "That is what the usual build does.",
        "One lock costs next to nothing if there is one thread, and nothing can be locked in the "
        "wrong order.",
        "races",
    ),
    led(
        "leaks",
        "C",
        "in part",
        "Counting frees Python objects. C code that forgets to drop a reference, or to free memory, "
        "leaks all the same.",
    ),
)
