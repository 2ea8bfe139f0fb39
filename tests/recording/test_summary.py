"""What recordings, snapshots and readings say, to the letter."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gilext.core.layout import plain_text
from gilext.core.report import Report
from gilext.recording.culprits import culprits_of
from gilext.recording.holds import Hold
from gilext.recording.parts import HeldStack, Victim
from gilext.recording.reading import MonitorReading
from gilext.recording.results import Frame, StackSample, Stall, ThreadTime
from gilext.recording.snapshot import Snapshot
from gilext.recording.summary import line_table, thread_table

LONG = Hold(0.5, 0.25, 1, requested=True)
OWN = Frame("orders.py", 41, "handle")
WORK = Frame("work.py", 42, "work")
READ = Frame("app.py", 12, "read")
ENCODER = Frame("/usr/lib/python3.13/json/encoder.py", 258, "JSONEncoder.iterencode")
STALL = Stall(LONG, (StackSample(0.25, (ENCODER, OWN)),), (Victim(0, 0.24, (READ,)),))
STACKS = (
    HeldStack(1, (OWN,), 0.2, 0.3, 3, 0.2, "json.dumps(rows)"),
    HeldStack(1, (ENCODER, WORK), 0.05, 0.1, 1, 0.05, None, "_json.Encoder", "dumps(it)"),
)
WAITS = {
    "wait_seconds": 0.4,
    "wait_error": 0.01,
    "pressure": 0.3,
    "pressure_error": 0.005,
    "waiters": 1.5,
    "waiters_error": 0.1,
}


@pytest.fixture
def recording(made_up):
    """Return a recording in which nobody could count the threads that waited."""
    found = made_up([Hold(0.1, 0.01, 0), LONG], [STALL], ["MainThread", "worker"])
    here = replace(found.environment, gil_enabled=True, free_threaded_build=False)
    here = replace(here, implementation="CPython", python_version="3.99.0")
    return replace(found, environment=replace(here, usable_cores=1.5, cpu_count=8))


@pytest.fixture
def waited(recording):
    """Return one in which MainThread waited for worker."""
    main, worker = recording.by_thread
    threads = (
        replace(main, waited_seconds=0.4, longest_wait_seconds=0.25, cpu_seconds=0.02),
        replace(worker, waited_seconds=0.0, longest_wait_seconds=0.0, cpu_seconds=0.3),
    )
    return replace(recording, by_thread=threads, stacks=STACKS, **WAITS)


def sentence_of(recording):
    """Return the sentence that comes first."""
    return recording.report().title


def test_text_of_a_recording(waited):
    assert str(waited).splitlines() == [
        "threads waited 0.400 s ± 0.010 s in 1.000 s; 75% of that because of orders.py:41",
        "json.dumps(rows)",
        "CPython 3.99.0, with a GIL, 1.5 of 8 cores usable",
        "the GIL was held for 26.0% ± 1.0% of 1.000 s, and at least one thread waited for",
        "30.0% ± 0.5% (pressure)",
        "",
        "                                                              others",
        "line that held                                      held s  waited s  longest ms",
        "──────────────────────────────────────────────────  ──────  ────────  ──────────",
        "orders.py:41 json.dumps(rows)                        0.200     0.300      200.00",
        "work.py:42 dumps(it)                                 0.050     0.100       50.00",
        "  in json/encoder.py:258 JSONEncoder.iterencode,",
        "    calling _json.Encoder",
        "the line is unknown for 0.010 s held",
        "",
        "thread      held s  of the time  longest ms  waited s  longest wait ms  CPU s",
        "──────────  ──────  ───────────  ──────────  ────────  ───────────────  ─────",
        "MainThread   0.010         1.0%       10.00     0.400           250.00  0.020",
        "worker       0.250        25.0%      250.00     0.000             0.00  0.300",
        "",
        "1 stall (waits of 20 ms or more), 0.250 s in all; MainThread waited longest,",
        "240.0 ms, at app.py:12 read",
    ]


def test_without_waits_the_text_says_what_was_held(recording):
    assert str(recording).splitlines() == [
        "the GIL was held for 26.0% ± 1.0% of 1.000 s",
        "CPython 3.99.0, with a GIL, 1.5 of 8 cores usable",
        "the line is unknown for 0.260 s held",
        "",
        "thread      held s  of the time  longest ms",
        "──────────  ──────  ───────────  ──────────",
        "worker       0.250        25.0%      250.00",
        "MainThread   0.010         1.0%       10.00",
        "",
        "1 stall (waits of 20 ms or more), 0.250 s in all; MainThread waited longest,",
        "240.0 ms, at app.py:12 read",
    ]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            WAITS,
            "threads waited 0.400 s ± 0.010 s in 1.000 s; 75% of that because of orders.py:41 "
            "json.dumps(rows)",
        ),
        (WAITS | {"stacks": ()}, "threads waited 0.400 s ± 0.010 s in 1.000 s"),
        (
            WAITS | {"wait_seconds": 0.0, "pressure": 0.0},
            "no thread was seen to wait for the GIL in 1.000 s: there is nothing to gain",
        ),
        (
            WAITS | {"wait_seconds": 0.009, "stalls": ()},
            "threads waited 0.009 s ± 0.010 s in 1.000 s: there is little to gain",
        ),
        (
            WAITS | {"wait_seconds": 0.009, "stacks": ()},
            "threads waited 0.009 s ± 0.010 s in 1.000 s",
        ),
        (
            {},
            "the GIL was held for 26.0% ± 1.0% of 1.000 s; 77% of that in orders.py:41 "
            "json.dumps(rows)",
        ),
        ({"stacks": ()}, "the GIL was held for 26.0% ± 1.0% of 1.000 s"),
    ],
    ids=["waited", "no lines", "nobody", "little", "a stall is not little", "unknown", "held"],
)
def test_first_sentence_says_what_to_do(recording, fields, sentence):
    assert sentence_of(replace(recording, **{"stacks": STACKS} | fields)) == sentence


def test_where_nobody_waited_the_pressure_is_not_spoken_of(recording):
    nobody = replace(recording, **WAITS | {"wait_seconds": 0.0, "pressure": 0.0})

    assert "the GIL was held for 26.0% ± 1.0% of 1.000 s\n" in str(nobody)
    assert "pressure" not in str(nobody)


def test_without_a_gil_nothing_was_held(waited):
    here = replace(waited.environment, gil_enabled=False, free_threaded_build=True)

    assert str(replace(waited, environment=here)).startswith(
        "no GIL: nothing was held in 1.000 s\nCPython 3.99.0, free-threaded, no GIL, "
    )


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"lines_unavailable_reason": "why"}, "The lines that held are unknown: why."),
        (
            {"waits_unavailable_reason": "why"},
            "How long threads waited is unknown: why. So stalls are told by the request that a thread "
            "makes when it has waited for a switch interval.",
        ),
        (
            {"throttled_seconds": 0.26},
            "For 0.3 s all cores were busy, and gilext took fewer samples.",
        ),
        ({"holds_truncated_at_seconds": 0.5}, "Holds one by one only up to 0.5 s."),
        ({"stalls_truncated_at_seconds": 0.5}, "Stalls only up to 0.5 s."),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_a_reader_has_to_know_comes_last(recording, fields, sentence):
    assert sentence not in str(recording)
    assert " ".join(str(replace(recording, **fields)).splitlines()).endswith(sentence)


def test_longest_hold_that_nobody_requested_is_called_an_upper_bound(recording):
    alone = replace(LONG, requested=False)

    assert "an upper bound" not in str(recording)
    assert "No thread requested the GIL during the longest hold, 250.0 ms" in str(
        replace(recording, longest=(alone,))
    )


def test_stalls_that_cannot_be_seen_are_not_said_to_be_none(recording):
    text = str(replace(recording, stalls=(), stalls_unavailable_reason="why"))

    assert "stalls can't be seen: why" in text
    assert "no stalls" not in text


def test_stalls_that_were_not_asked_for_are_not_spoken_of(recording):
    assert "stall" not in str(replace(recording, stall_threshold_seconds=None, stalls=()))
    assert "no stalls (waits of 20 ms or more)" in str(replace(recording, stalls=()))


def test_victim_is_named_with_its_own_line(recording):
    deep = replace(STALL, victims=(Victim(0, 0.24, (ENCODER, READ)),))

    assert str(replace(recording, stalls=(deep,))).endswith("240.0 ms, at app.py:12 read")


def test_stall_whose_victims_have_no_name_names_none(recording):
    text = str(replace(recording, stalls=(replace(STALL, victims=()),)))

    assert text.endswith("1 stall (waits of 20 ms or more), 0.250 s in all")


def test_recording_of_no_time_has_no_fraction(recording):
    text = str(replace(recording, seconds=0.0, held_fraction=None, held_error=None))

    assert text.startswith("the GIL was held for an unknown part of 0.000 s\n")
    assert "worker       0.250      250.00" in text


def rows_of(table):
    """Return the rows of a table as text."""
    return [
        [column.text(cell) for column, cell in zip(table.columns, row, strict=True)]
        for row in table.rows
    ]


def lines_of(*stacks, held=1.0, waited=None):
    """Return the first column of the table of lines."""
    table = line_table(culprits_of(stacks), held, waited)
    return [row[0] for row in rows_of(table)]


@pytest.mark.parametrize(
    ("stack", "lines"),
    [
        ({}, ["orders.py:41 handle"]),
        ({"expression": "dumps(rows)"}, ["orders.py:41 dumps(rows)"]),
        (
            {"expression": "dumps(\n  rows)", "callable": "json.dumps"},
            ["orders.py:41 dumps( rows)"],
        ),
        (
            {"expression": "self.fn()", "callable": "zlib.compress"},
            ["orders.py:41 self.fn()", "  calling zlib.compress"],
        ),
        (
            {"frames": (ENCODER, OWN), "callable": "_json.Encoder"},
            [
                "orders.py:41 handle",
                "  in json/encoder.py:258 JSONEncoder.iterencode, calling _json.Encoder",
            ],
        ),
        (
            {"frames": (Frame("<GC>", 0, "generation 2"), ENCODER, OWN)},
            ["the garbage collector, generation 2", "  mostly from orders.py:41 handle"],
        ),
        (
            {
                "frames": (Frame("orders.py", 41, "handle.<locals>.<genexpr>"), OWN),
                "expression": "i * i",
                "own_expression": "sum(i * i for i in row)",
            },
            ["orders.py:41 sum(i * i for i in row)"],
        ),
        ({"frames": (ENCODER,)}, ["json/encoder.py:258 JSONEncoder.iterencode"]),
        ({"expression": "f(" + "1" * 70 + ")"}, ["orders.py:41 f(…"]),
    ],
    ids=[
        "function",
        "expression",
        "known call",
        "call",
        "inner",
        "collector",
        "generator",
        "installed",
        "long",
    ],
)
def test_line_says_what_ran_and_where(stack, lines):
    assert lines_of(replace(HeldStack(0, (OWN,), 0.5, None, 1, 0.1), **stack)) == lines


def test_lines_that_cost_next_to_nothing_are_only_counted():
    stacks = [HeldStack(0, (OWN,), 0.0004, None, 1, 0.1), HeldStack(0, (WORK,), 0.5, None, 1, 0.1)]
    table = line_table(culprits_of(stacks), 0.5004)

    assert [row[0] for row in rows_of(table)] == ["work.py:42 work"]
    assert table.rest == "… and 1 more line: held 0.000 s"


def test_files_are_named_from_the_folder_in_which_the_program_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frames = [Frame(str(tmp_path / "app" / "views.py"), 3, "f"), Frame("/else/where.py", 7, "g")]
    stacks = [HeldStack(0, (frame,), 0.5, None, 1, 0.1) for frame in frames]

    assert lines_of(*stacks) == ["app/views.py:3 f", "/else/where.py:7 g"]


def test_folder_of_the_program_may_be_gone_by_then(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    stack = HeldStack(0, (Frame("/else/where.py", 7, "g"),), 0.5, None, 1, 0.1)

    assert lines_of(stack) == ["/else/where.py:7 g"]


def test_what_lines_and_threads_leave_unexplained_is_said(waited):
    text = " ".join(str(waited).split())
    assert "the line is unknown for 0.010 s held" in text
    assert "who waited is unknown" not in text

    more = replace(waited, wait_seconds=0.75)
    assert "the line is unknown for 0.010 s held and 0.350 s waited" in str(more)
    assert "who waited is unknown for 0.350 s" in str(more)


def thread(name, held, waited=None, native_id=1):
    """Return what a thread held and waited."""
    return ThreadTime(name, 1, native_id, held, held / 2, 2, waited, waited, None)


def test_threads_of_one_name_have_their_numbers():
    threads = [thread("pool", 0.5, native_id=7), thread("main", 0.2), thread("pool", 0.1)]

    assert [row[0] for row in rows_of(thread_table(threads, 1.0))] == [
        "pool (7)",
        "main",
        "pool (1)",
    ]


@pytest.mark.parametrize(("held", "part"), [(0.998, "99.8%"), (1.002, "100.0%")])
def test_no_thread_held_for_more_than_all_of_the_time(held, part):
    # Its last hold may end a moment after the last figure of the time was read.
    assert rows_of(thread_table([thread("a", held)], 1.0))[0][2] == part


def test_many_threads_are_added_up_by_their_names():
    many = [thread(f"Thread-{i} (serve)", 0.001, 0.002) for i in range(500)]
    table = thread_table([thread("MainThread", 0.3, 0.1), *many], 1.0)

    assert rows_of(table) == [
        ["Thread-# (serve), 500 threads", "0.500", "50.0%", "0.50", "1.000", "2.00"],
        ["MainThread", "0.300", "30.0%", "150.00", "0.100", "100.00"],
    ]


def test_one_large_thread_is_not_lost_among_many_of_its_name():
    threads = [thread(f"worker-{i}", 0.01, native_id=i) for i in range(20)]
    threads[7] = replace(threads[7], held_seconds=0.5)

    assert [row[:2] for row in rows_of(thread_table(threads, 1.0))] == [
        ["worker-7", "0.500"],
        ["worker-#, 19 threads", "0.190"],
    ]


@pytest.mark.parametrize("count", [15, 16])
def test_fifteen_threads_have_a_row_each(count):
    names = "abcdefghijklmnop"[:count]
    table = thread_table([thread(name, 0.01, 0.02) for name in names], 1.0)

    assert len(table.rows) == 15
    assert table.rest == ("… and 1 more thread: held 0.010 s, waited 0.020 s" if count > 15 else "")


def test_columns_of_what_is_unknown_of_all_are_left_out():
    table = thread_table([thread("a", 0.1), thread("b", 0.2)], 1.0)

    assert [column.title for column in table.columns] == [
        "thread", "held s", "of the time", "longest ms",
    ]  # fmt: skip


seconds = st.integers(0, 10**9).map(lambda ms: ms / 1000)
names = st.sampled_from(
    ["MainThread", "pool-1", "pool-2", "a very long name of a thread " * 3, "작업자"]
)
threads = st.lists(
    st.builds(ThreadTime, names, st.just(1), st.integers(0, 1 << 22), *[seconds] * 2,
              st.integers(0, 10**9), *[seconds] * 3),
    max_size=20,
)  # fmt: skip
frames = st.builds(
    Frame,
    st.sampled_from(["a.py", "/srv/app/" * 9 + "orders.py", "folder/" + "long" * 20 + ".py"]),
    st.integers(1, 99999),
    names,
)
stacks = st.lists(
    st.builds(HeldStack, st.just(0), st.tuples(frames, frames), seconds, seconds,
              st.integers(1, 10**9), seconds),
    max_size=14,
)  # fmt: skip


@settings(max_examples=50)
@given(threads, stacks, seconds, st.integers(40, 200))
def test_no_figure_is_cut_at_any_width(threads, stacks, waited, width):
    culprits = culprits_of(stacks)
    for table in (thread_table(threads, 1e6, waited), line_table(culprits, 1e7, waited)):
        text = plain_text(Report(body=(table,)), width)

        assert max(map(len, text.splitlines()), default=0) <= width
        for row in rows_of(table):
            for column, cell in zip(table.columns, row, strict=True):
                assert column.is_text or cell == "" or cell in text.split()
        for number in re.findall(r"\d[\d.,]*", table.rest):
            assert number in text
    shown = [str(row[0]) for row in table.rows]
    assert all(re.search(r":\d+", place)[0][1:] in text for place in shown)


@settings(max_examples=50)
@given(threads, seconds)
def test_rows_add_up_to_what_the_threads_held_and_waited(threads, waited):
    table = thread_table(threads, 1e6, waited)
    rest = [float(number) for number in re.findall(r"(\d+\.\d{3}) s", table.rest)]
    rows = rows_of(table)
    titles = [column.title for column in table.columns]
    left_out = rest if "more" in table.rest else [0.0, 0.0]
    for place, title in enumerate(["held s", "waited s"]):
        shown = sum(float(row[titles.index(title)]) for row in rows) + left_out[place]
        total = sum((one.held_seconds, one.waited_seconds)[place] for one in threads)
        assert shown == pytest.approx(total, abs=0.02)
    assert all(float(row[titles.index("of the time")].rstrip("%")) <= 100 for row in rows)


def test_text_of_a_snapshot():
    threads = (
        ThreadTime("MainThread", 1, 1, 0.25, 0.01, 30, 0.4, 0.2),
        ThreadTime("worker", 2, 2, 0.5, 0.02, 40, 0.0, 0.0),
    )

    assert str(Snapshot(2.0, 0.75, threads)).splitlines() == [
        "up to now the GIL was held for 37.5% of 2.000 s",
        "",
        "thread      held s  of the time  longest ms  waited s  longest wait ms",
        "──────────  ──────  ───────────  ──────────  ────────  ───────────────",
        "MainThread   0.250        12.5%       10.00     0.400           200.00",
        "worker       0.500        25.0%       20.00     0.000             0.00",
    ]


def test_text_of_a_reading():
    assert str(MonitorReading(10.0, 0.125, 0.01, 0.0321, 12.5, 100.0)).splitlines() == [
        "the GIL was held for 12.5% ± 1.0% of the last 10.0 s",
        "longest hold          32.10 ms",
        "held since the start  12.500 s of 100.000 s",
    ]
