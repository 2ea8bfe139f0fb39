"""Races, and locks against them."""

from __future__ import annotations

from gilext.course.published.row import Row, led

ROWS = (
    Row(
        "what_a_race_is",
        "ABD",
        "In a race, several threads use the same data, and the result depends on which of them comes first.",
        "yes",
        "That doesn't depend on the GIL.",
        "At least one of the threads has to write. Reading alone is no race.",
        "race",
    ),
    Row(
        "thread_safe",
        "BD",
        "Code is thread-safe if its results are right even if several threads run it at once.",
        "yes",
        "That is what the word means.",
        "It is a property of code and data together: two thread-safe calls in a row are not "
        "thread-safe as a pair.",
        "lock",
    ),
    Row(
        "gil_prevents_races",
        "AD",
        "The GIL prevents races and makes Python thread-safe.",
        "in part",
        "It protects the data of the interpreter, such as reference counts. It doesn't protect what "
        "your program keeps.",
        "A thread can be switched between two steps of your code. The steps that the interpreter "
        "takes in C run to their end.",
        "race",
    ),
    led(
        "race",
        "A",
        "no longer",
        "Since 3.10, the published loop happens to lose nothing. With a call between reading and "
        "writing it loses, and so does C that releases the GIL.",
    ),
    Row(
        "why_updates_are_lost",
        "A",
        "Updates are lost because another thread runs between reading the value, adding to it, and "
        "writing it back.",
        "in part",
        "That is the mechanism. But one switch at the wrong place loses much more than one update.",
        "The thread that was switched out writes an old value plus one, over everything that the "
        "others have added in the meantime.",
        "overwrites",
    ),
    Row(
        "races_in_spite_of_the_gil",
        "D",
        "There can be races in spite of the GIL, since it is released every 5 ms.",
        "yes",
        "They can occur at the places where the interpreter looks for a request.",
        "Which places these are depends on the version.",
        "byte_code",
    ),
    led(
        "lock",
        "A",
        "yes",
        "No update is lost. While one thread is in its loop, no other thread gets into its own.",
    ),
    Row(
        "what_a_mutex_is",
        "ABD",
        "A mutex is a key to something that threads share: one thread has it, the others wait.",
        "yes",
        "It works if every thread asks for the key.",
        "A mutex stops only threads that ask for it. It doesn't know what it protects.",
        "lock",
    ),
    Row(
        "critical_section",
        "D",
        "Code that uses shared data is a critical section, and needs mutual exclusion.",
        "yes",
        "In CPython's C API the word has a second meaning.",
        "Since 3.13, `Py_BEGIN_CRITICAL_SECTION` locks one object in a build without a GIL, and does "
        "nothing in the usual build.",
        "locks",
    ),
    led(
        "plus_and_minus",
        "E",
        "no longer",
        "Since 3.10, the published loops happen to meet at 0. With a call in between they don't: "
        "updates are lost, and no memory leaks.",
    ),
)
