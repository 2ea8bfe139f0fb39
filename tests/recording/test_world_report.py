"""What recordings without a GIL say, to the letter: in whole, and in part."""

from dataclasses import replace

import pytest

from gilext.recording.holds import Hold
from gilext.recording.parts import Frame, HeldStack
from gilext.recording.pauses import Pause, WaitedFor

CRUNCH = Frame("work.py", 41, "crunch")
TIDY = Frame("app.py", 12, "tidy")
COLLECTING = Frame("<GC>", 0, "generation 2")
PAUSE = Pause(
    0.1, 0.1, 0.05, 0, (COLLECTING, TIDY), "garbage collection",
    (WaitedFor(1, 0.0995, (CRUNCH,), "work.crunch_all"), WaitedFor(2, 0.0, ())),
)  # fmt: skip
SHORT = Pause(0.6, 0.0, None, None, (), None, ())


@pytest.fixture
def free(made_up):
    """Return a second without a GIL, in which the world was stopped three times."""
    found = made_up(
        names=["MainThread", "worker", "idle"],
        held_fraction=None,
        held_error=None,
        wait_seconds=0.0,
        wait_error=0.001,
        stacks=(
            HeldStack(1, (CRUNCH,), 0.0, 0.0, 0, 0.0, "sum(rows)", attached_seconds=0.75),
            HeldStack(0, (COLLECTING, TIDY), 0.0, 0.0, 0, 0.0, attached_seconds=0.15),
        ),
        without_gil_seconds=1.0,
        pauses=(PAUSE, SHORT),
        pauses_seen=3,
        collections=2,
    )
    main, worker, idle = found.by_thread
    here = replace(
        found.environment,
        implementation="CPython",
        python_version="3.99.0",
        free_threaded_build=True,
        gil_enabled=False,
        usable_cores=1.5,
        cpu_count=8,
        cores_unknown_reason=None,
    )
    return replace(
        found,
        environment=here,
        by_thread=(
            replace(main, attached_seconds=0.25, attached_error=0.01, cpu_seconds=0.2),
            replace(worker, attached_seconds=0.75, attached_error=0.02, cpu_seconds=0.7),
            replace(idle, attached_seconds=0.0, attached_error=0.001, cpu_seconds=0.0),
        ),
    )


def test_text_of_a_recording_without_a_gil(free):
    assert str(free).splitlines() == [
        "the world was stopped 3 times in 1.000 s, for at least 0.150 s; the longest took",
        "150.0 ms, of which it waited 99.5 ms for worker at work.py:41 crunch",
        "CPython 3.99.0, free-threaded, no GIL, 1.5 of 8 cores usable",
        "1.00 threads were attached on average while there was no GIL",
        "",
        "                                                                      standing",
        "stop of the world, asked for by                    at s  stopping ms  still ms",
        "────────────────────────────────────────────────  ─────  ───────────  ────────",
        "MainThread, garbage collection                    0.100       100.00     50.00",
        "  at app.py:12 tidy",
        "  waited 99.5 ms for worker at work.py:41 crunch",
        "an unknown thread                                 0.600            -         -",
        "… and 1 shorter one",
        "",
        "line that stayed attached            attached s",
        "───────────────────────────────────  ──────────",
        "work.py:41 sum(rows)                      0.750",
        "the garbage collector, generation 2       0.150",
        "  mostly from app.py:12 tidy",
        "the line is unknown for 0.100 s attached",
        "",
        "thread      attached s    ± s  of the time  CPU s",
        "──────────  ──────────  ─────  ───────────  ─────",
        "worker           0.750  0.020        75.0%  0.700",
        "MainThread       0.250  0.010        25.0%  0.200",
        "idle             0.000  0.001         0.0%  0.000",
        "",
        "Of stops of the world that are shorter than the time between two samples, 0.2 ms",
        "or more, most are missed. The garbage collector ran 2 times.",
    ]


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"pauses": (), "pauses_seen": 0}, "no stop of the world was seen in 1.000 s"),
        (
            {"pauses": (replace(PAUSE, waited_for=()),), "pauses_seen": 1},
            "the world was stopped once in 1.000 s, for 0.150 s; the longest took 150.0 ms, asked "
            "for by MainThread at app.py:12 tidy",
        ),
        (
            {"pauses": (SHORT,), "pauses_seen": 1},
            "the world was stopped once in 1.000 s, for less than two samples at a time",
        ),
    ],
)
def test_title_says_who_was_waited_for_or_else_who_asked(free, fields, title):
    assert replace(free, **fields).report().title == title


def test_gil_that_came_back_has_both_parts(free):
    mixed = replace(
        free,
        without_gil_seconds=0.4,
        held_fraction=0.5,
        held_error=0.01,
        by_thread=(replace(free.by_thread[0], held_seconds=0.5, holds=3), *free.by_thread[1:]),
        environment=replace(free.environment, gil_enabled=True),
    )
    text = " ".join(str(mixed).split())

    assert "the GIL was held for 50.0% ± 1.0% of 1.000 s" in text
    assert "the world was stopped 3 times in 1.000 s" in text
    assert "line that held or stayed attached" in text and "attached s" in text
    assert "There was no GIL for 0.400 of 1.000 s: what was attached" in text


def test_recording_with_a_gil_has_none_of_it(made_up):
    text = str(made_up([Hold(0.1, 0.01, 0)], without_gil_seconds=0.0, collections=5))

    assert "attached" not in text and "the world" not in text and "collector" not in text
