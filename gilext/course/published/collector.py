"""The collector."""

from __future__ import annotations

from gilext.course.published.row import Row, led

ROWS = (
    Row(
        "collector_frees_at_zero",
        "AD",
        "The collector works by counting: it frees an object when its count reaches 0.",
        "in part",
        "An object is freed at once when its count reaches 0, without the collector. The collector "
        "is for cycles.",
        "With `gc.disable()`, counting goes on as before.",
        "cycles",
    ),
    led(
        "cycles",
        "C",
        "in part",
        "Two of the three steps are right. What reaches 0 is only a candidate: it stays if something "
        "reachable leads to it.",
    ),
    led(
        "tracked",
        "C",
        "in part",
        "Anything that can refer to other objects can be in a cycle, and the list costs 16 bytes per "
        "object.",
    ),
    led(
        "generations",
        "C",
        "in part",
        "Three generations, except in 3.14.0 to 3.14.4 and in builds without a GIL.",
    ),
    Row(
        "generational_hypothesis",
        "C",
        "Young objects are collected more often than old ones, since most objects die young.",
        "yes",
        "Most collections are of the youngest generation.",
        "Whether objects die young depends on the program. One that builds a large structure and "
        "keeps it pays for collections that find nothing; `gc.freeze()` is for that.",
        "generations",
    ),
    Row(
        "gc_module",
        "C",
        "The module `gc` controls the collector.",
        "yes",
        "It has thresholds, `gc.collect()`, `gc.disable()`, and callbacks before and after each collection.",
        "It doesn't control the counting, which frees most objects.",
        "generations",
    ),
    led(
        "collecting_thread",
        "D",
        "no",
        "The collector runs in the thread that makes one container too many.",
    ),
)
