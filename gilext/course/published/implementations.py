"""Other implementations."""

from __future__ import annotations

from gilext.course.published.row import Row, led

ROWS = (
    Row(
        "only_cpython",
        "D",
        "Only CPython has a GIL.",
        "no",
        "PyPy has one, and GraalPy has had one since 21.1.",
        "PyPy's [FAQ](https://doc.pypy.org/en/latest/faq.html#does-pypy-have-a-gil-why) says so. "
        "GraalPy's developers [added theirs](https://discuss.python.org/t/22606/99) for the sake of "
        "existing code and of C extensions.",
        "other_interpreters",
    ),
    led(
        "other_interpreters",
        "D",
        "in part",
        "Jython and IronPython have none. PyPy has one. CPython can be built without one.",
    ),
)
