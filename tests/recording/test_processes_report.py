"""What a recording of several processes says: where to look first, and what never adds up."""

from dataclasses import replace

import pytest

from gilext.core.layout import plain_text
from gilext.recording.common_lines import common_lines
from gilext.recording.holds import Hold
from gilext.recording.parts import Frame, HeldStack, Stall, Victim
from gilext.recording.pauses import Pause, WaitedFor
from gilext.recording.process_rows import MAX_PROCESSES, process_table
from gilext.recording.processes import Process, span_of, starts_of

HANDLE, WORK = Frame("orders.py", 41, "handle"), Frame("work.py", 42, "work")
SPAWNED = (
    "/usr/bin/python3",
    "-c",
    "from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=5, pipe_handle=7)",
    "--multiprocessing-fork",
)


@pytest.fixture
def of_process(made_up, made_up_process):
    """Make the recording of a process up, in which one line held half a second."""

    def make(pid=100, *command, waited=0.4, frame=HANDLE, end="ended", **fields):
        process = made_up_process(
            pid,
            *command,
            end=end,
            origin=fields.pop("origin", "run"),
            start_seconds=fields.pop("start_seconds", 0.0),
        )
        stack = HeldStack(0, (frame,), 0.5, waited, 3, 0.2, "json.dumps(rows)", victims=((1, 0.1),))
        known = {
            "stacks": (stack,),
            "wait_seconds": waited,
            "wait_error": 0.03,
            "pressure": 0.1,
            "pressure_error": 0.01,
        }
        names = ["MainThread", "worker"]
        return made_up([Hold(0.1, 0.5, 0)], names=names, process=process, **known | fields)

    return make


def family(root, *children):
    return replace(root, children=children)


def table_of(recording, column):
    """Return a column of the table of processes."""
    table = process_table(recording.processes())
    place = [one.title for one in table.columns].index(column)
    return [row[place] for row in table.rows]


def test_first_sentence_names_the_line_and_its_process(of_process):
    whole = family(of_process(100, waited=0.1), of_process(101, waited=0.9, frame=WORK))

    assert whole.report().title == (
        "threads waited 1.000 s ± 0.042 s in 2 processes and 1.000 s; 90% of that because of "
        "work.py:42 json.dumps(rows), in process 101"
    )


def test_line_of_several_processes_is_one_line(of_process):
    children = [of_process(101 + i, waited=0.2 + 0.1 * i) for i in range(3)]
    whole = family(of_process(100, waited=0.95, frame=WORK), *children)

    first, second = common_lines(whole.processes())
    assert (first.culprit.line.frame, second.culprit.line.frame) == (WORK, HANDLE)
    assert second.culprit.line.caused_wait_seconds == pytest.approx(0.9)
    assert second.culprit.line.held_seconds == pytest.approx(1.5)
    assert second.culprit.line.victims == ()
    assert second.pids == (103, 102, 101)
    assert "103 and 2 more" in str(whole)


def test_line_without_a_file_is_one_only_in_processes_of_one_command(of_process):
    typed = Frame("<string>", 1, "<module>")
    commands = [("python", "-c", code) for code in ("f()", "g()", "f()")]
    recordings = [of_process(100 + i, *command, frame=typed) for i, command in enumerate(commands)]

    lines = common_lines(family(*recordings).processes())

    assert sorted(line.pids for line in lines) == [(100, 102), (101,)]


def test_no_share_of_several_processes_is_added_up(of_process):
    whole = family(of_process(100), *(of_process(101 + i) for i in range(40)))

    assert set(table_of(whole, "held")) == {0.5}
    assert set(table_of(whole, "waited s")) == {0.4}
    assert "Each process has a GIL of its own" in " ".join(str(whole).split())


def test_process_has_a_row_with_how_it_ended(of_process):
    stalled = Stall(Hold(0.1, 0.25, 0), ())
    whole = family(
        of_process(100, waited=0.1, end="running", stalls=(stalled,)),
        of_process(101, *SPAWNED, waited=0.3, end="killed"),
        of_process(102, origin="fork", waited=0.2),
    )

    assert table_of(whole, "pid") == [101, 102, 100]
    assert table_of(whole, "process") == ["multiprocessing.spawn", "app.py, forked", "app.py"]
    assert table_of(whole, "end") == ["killed", "", "still runs"]
    assert table_of(whole, "longest stall ms") == [0.0, 0.0, 250.0]


def test_column_of_ends_is_left_out_if_all_ended(of_process):
    table = process_table(family(of_process(100), of_process(101)).processes())

    assert "end" not in [column.title for column in table.columns]


def test_many_processes_of_one_command_share_a_row(of_process):
    workers = [
        of_process(101 + i, "python", "work.py", f"--shard={i}", waited=0.001 * i)
        for i in range(200)
    ]
    killed = [of_process(900, "python", "work.py", "--shard=7", waited=0.0, end="killed")]
    whole = family(of_process(100, waited=0.0), *workers, *killed)

    numbers, names = table_of(whole, "pid"), table_of(whole, "process")
    assert numbers[:8] == list(range(300, 292, -1))
    assert numbers[8:] == ["192 more", 100, 900]
    assert names[8] == "work.py --shard=#: at most"
    assert table_of(whole, "waited s")[8] == pytest.approx(0.191)
    assert len(str(whole).splitlines()) < 80


def test_table_of_processes_that_differ_is_cut_and_says_so(of_process):
    programs = [
        of_process(101 + i, "python", f"{chr(97 + i % 26)}{chr(97 + i // 26)}.py", waited=0.01)
        for i in range(200)
    ]
    whole = family(of_process(100, waited=0.0), *programs)

    table = process_table(whole.processes())
    assert len(table.rows) == MAX_PROCESSES
    assert table.rest == "… and 186 more processes: waited 1.850 s"


def test_who_waited_longest_in_a_stall_is_named_with_the_process(of_process):
    def stalled(seconds):
        return Stall(Hold(0.1, 0.3, 0), (), (Victim(1, seconds, (WORK,)), Victim(0, 0.01, ())))

    whole = family(
        of_process(100), of_process(101, stalls=(stalled(0.2), stalled(0.25))),
        of_process(102, stalls=(stalled(0.1), Stall(Hold(0.5, 0.1, 0), ()))), of_process(103),
    )  # fmt: skip

    assert (
        "4 stalls in 2 processes, 1.000 s in all; worker of process 101 waited longest, 250.0 ms, "
        "at work.py:42 work"
    ) in whole.report().sentences
    assert " stalls in " not in str(family(of_process(100), of_process(101)))


def test_process_of_no_time_is_no_reason_to_look(of_process):
    nothing = of_process(101, waited=0.0, seconds=1e-9, held_fraction=None, held_error=None)
    whole = family(of_process(100, waited=0.001), nothing)

    assert whole.report().title.endswith("there is little to gain")
    assert None in table_of(whole, "held")
    empty = family(of_process(100, waited=0.001), replace(nothing, seconds=0.0))
    assert empty.report().title.endswith("there is little to gain")


def test_process_on_another_interpreter_is_said(of_process):
    other = of_process(102)
    other = replace(other, environment=replace(other.environment, python_version="3.99.1"))

    notes = family(of_process(100), of_process(101), other).report().notes

    assert any(note.startswith("Process 102: CPython 3.99.1, ") for note in notes)
    assert not any("101" in note for note in notes)


def test_little_to_gain_is_said_of_all_processes_together(of_process):
    whole = family(of_process(100, waited=0.001), of_process(101, waited=0.002))

    assert whole.report().title.endswith("in 2 processes and 1.000 s: there is little to gain")


def test_nothing_to_gain_is_said(of_process):
    whole = family(of_process(100, waited=0.0), of_process(101, waited=0.0))

    assert "no thread was seen to wait for the GIL in 2 processes" in whole.report().title


def test_unknown_waits_are_not_zero(of_process):
    unknown = {"waited": None, "wait_error": None, "pressure": None, "pressure_error": None}
    whole = family(of_process(100, **unknown), of_process(101, held_fraction=0.75, **unknown))

    assert whole.report().title == (
        "the GIL of process 101 (app.py) was held for 75.0% ± 1.0% of 1.000 s, the most of "
        "2 processes; the line that held most is orders.py:41 json.dumps(rows), in process "
        "100 and 1 more"
    )
    assert "waited s" not in str(whole)


@pytest.fixture
def without_gil(of_process):
    """Make the recording of a process without a GIL up, given for how long its stops lasted."""

    def make(pid, *stopping_seconds, pauses_seen=None):
        found = of_process(pid, waited=0.0)
        main, worker = (replace(one, held_seconds=0.0, holds=0) for one in found.by_thread)
        stack = replace(found.stacks[0], held_seconds=0.0, holds=0, attached_seconds=0.5)
        pauses = tuple(
            Pause(0.1 * place, seconds, 0.0, 0, (HANDLE,), None, (WaitedFor(1, seconds, (WORK,)),))
            for place, seconds in enumerate(stopping_seconds)
        )
        return replace(
            found,
            held_fraction=None,
            held_error=None,
            stacks=(stack,),
            by_thread=(replace(main, attached_seconds=0.5), replace(worker, attached_seconds=0.25)),
            pauses=pauses,
            pauses_seen=len(pauses) if pauses_seen is None else pauses_seen,
            without_gil_seconds=1.0,
            environment=replace(found.environment, gil_enabled=False, free_threaded_build=True),
        )

    return make


def test_without_a_gil_the_process_with_the_longest_stop_comes_first(without_gil):
    report = family(without_gil(100, 0.0), without_gil(101, 0.01, 0.05)).report()
    text = plain_text(report, 120)

    assert report.title == (
        "process 101 (app.py), of 2 processes: the world was stopped 2 times in 1.000 s, for "
        "0.060 s; the longest took 50.0 ms, of which it waited 50.0 ms for worker at work.py:42 work"
    )
    rows = [line.split() for line in text.splitlines() if "app.py " in line and ":" not in line]
    assert rows == [["101", "app.py", "1.00", "2", "50.0"], ["100", "app.py", "1.00", "1", "-"]]
    assert "orders.py:41 json.dumps(rows) 100 and 1 more 1.000" in " ".join(text.split())
    assert "stopped once in 1.000 s, for less than two samples at a time" in " ".join(text.split())
    for word in ("held", "stall", "waited s"):
        assert word not in text, word


def test_process_whose_stop_one_sample_saw_comes_before_one_without_stops(without_gil):
    assert family(without_gil(100), without_gil(101, 0.0)).report().title == (
        "process 101 (app.py), of 2 processes: the world was stopped once in 1.000 s, for less than "
        "two samples at a time"
    )


def test_without_a_gil_and_without_stops_there_is_nothing_to_name(without_gil):
    root, child = without_gil(100), without_gil(101)
    assert family(root, child).report().title == (
        "no stop of the world was seen in 2 processes and 1.000 s"
    )

    unseen = [replace(one, pauses_seen=None, without_gil_seconds=None) for one in (root, child)]
    assert family(*unseen).report().title == "there was no GIL in 2 processes and 1.000 s"


def test_what_is_missing_of_processes_is_said_once_for_each_reason(of_process):
    killed = [of_process(101 + i, incomplete_reason="It was killed.") for i in range(10)]
    torn = of_process(200, incomplete_reason="its file is torn")
    whole = replace(
        family(of_process(100), *killed, torn),
        children_unavailable_reason="3 more processes couldn't be watched",
    )

    notes = whole.report().notes
    assert (
        "Processes 101, 102, 103, 104, 105, 106, 107, 108 and 2 more: Incomplete: It was killed."
    ) in notes
    assert "Process 200: Incomplete: its file is torn." in notes
    assert "Missing: 3 more processes couldn't be watched." in notes


def test_what_has_to_be_known_of_a_process_is_said_with_its_number(of_process):
    root = of_process(100, throttled_seconds=0.5)
    blind = of_process(101, lines_unavailable_reason="they were switched off")
    full = [of_process(102 + i, holds_truncated_at_seconds=0.5) for i in range(2)]

    notes = family(root, blind, *full).report().notes

    assert any(note.startswith("Process 100: For 0.5 s all cores were busy") for note in notes)
    assert "Process 101: The lines that held are unknown: they were switched off." in notes
    assert (
        "Processes 102, 103: The memory for holds, stalls and lines was used up: later ones are "
        "missing."
    ) in notes


def test_lines_that_nobody_saw_are_said_to_be_unknown_and_those_switched_off_are_not(of_process):
    unseen = of_process(100, stacks=(), waited=0.0)
    blind = of_process(101, stacks=(), lines_unavailable_reason="they were switched off")

    assert "the line is unknown for 0.500 s held" in unseen.report().body
    assert "the line is unknown for 0.500 s held" in family(unseen, blind).report().body
    assert not any("line is unknown" in str(part) for part in blind.report().body)
    assert not any("line is unknown" in str(part) for part in family(blind, blind).report().body)


def test_a_single_recording_says_that_it_is_incomplete(of_process):
    alone = of_process(incomplete_reason="the process was killed")

    assert "Incomplete: the process was killed." in alone.report().notes
    assert not any("ncomplete" in note for note in of_process().report().notes)


def test_details_are_of_the_first_process_alone(of_process):
    root = of_process(100, waited=0.1)
    whole = family(root, of_process(101, waited=0.9, frame=WORK))

    text = plain_text(whole.report(), 300)
    assert (
        "process 100 (app.py), which all others come from: threads waited 0.100 s ± 0.030 s in "
        "1.000 s; 100% of that because of orders.py:41 json.dumps(rows)"
    ) in text
    assert whole.lines() == root.lines()


@pytest.mark.parametrize("width", [40, 80, 120])
def test_text_keeps_to_its_width(of_process, width):
    whole = family(of_process(100), *(of_process(101 + i, *SPAWNED) for i in range(30)))

    assert max(map(len, plain_text(whole.report(), width).splitlines())) <= width


def test_recordings_are_placed_on_the_clock_that_they_share(of_process):
    one, other = of_process(100, start_seconds=2.5), of_process(101, seconds=4.0)

    assert starts_of([one, other]) == pytest.approx([2.5, 0.0])
    assert span_of([one, other]) == pytest.approx(4.0)
    assert starts_of([replace(one, process=None)]) == [0.0]


NAMES = {
    ("python", "/srv/app.py", "--port", "80"): "app.py --port 80",
    ("python", "-X", "dev", "-W", "error", "-m", "uvicorn", "app:app"): "-m uvicorn app:app",
    ("python", "-I", "-c", "import app\napp.main()", "x"): "-c import app app.main() x",
    SPAWNED: "multiprocessing.spawn",
    ("python", "-c", "import sys; from multiprocessing.forkserver import main; main(6, 7)"): (
        "multiprocessing.forkserver"
    ),
    ("/usr/bin/python3",): "python3",
    ("python", "-"): "-",
    ("python", "-c"): "-c",
    (): "an unknown program",
    ("python", "x" * 80): "x" * 39 + "…",
}


@pytest.mark.parametrize("command", NAMES, ids=range(len(NAMES)))
def test_name_of_a_process_is_what_it_runs(command):
    assert Process(1, 0, command, 0, "run", "ended").name() == NAMES[command]
