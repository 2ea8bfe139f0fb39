"""What tasks held, worked out of made-up recordings; no dask is needed for that."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from gilext.integrations.dask_join import Function, TaskRun, task_lines_of, tasks_of
from gilext.integrations.dask_results import (
    ClusterRecording,
    TaskLine,
    TaskTime,
    WorkerPart,
    lines_together,
    tasks_together,
)
from gilext.recording.holds import Hold
from gilext.recording.parts import Frame, HeldStack
from gilext.recording.processes import Process

START_NS = 5_000_000_000


def run_of(prefix, start, end, thread=1000):
    return TaskRun(thread, prefix, START_NS + round(start * 1e9), START_NS + round(end * 1e9))


@pytest.fixture
def worker(made_up):
    """Make up the recording of a worker, whose threads have the numbers 1000, 1001, …."""

    def make(*holds, **fields):
        known = {"names": ["Dask-0", "Dask-1", "Event loop"], "wait_seconds": 1.0}
        process = Process(7, 1, ("dask", "worker", "tcp://a"), START_NS, "attach", "running")
        return made_up([Hold(*hold) for hold in holds], process=process, **known | fields)

    return make


def by_name(tasks):
    return {task.task: task for task in tasks}


def test_hold_counts_for_the_task_that_ran_on_its_thread(worker):
    recording = worker((0.1, 0.05, 0, True, 0.1), (0.3, 0.02, 0, True, 0.0))

    found = by_name(tasks_of(recording, START_NS, [run_of("parse", 0.0, 0.2)], {}))

    assert found["parse"] == TaskTime("parse", 1, pytest.approx(0.05), pytest.approx(0.1), 0.05)


def test_hold_of_another_thread_counts_for_no_task(worker):
    recording = worker((0.1, 0.05, 1, True, 0.1), (0.1, 0.05, 2, True, 0.1))

    found = by_name(tasks_of(recording, START_NS, [run_of("parse", 0.0, 0.2)], {}))

    assert found["parse"] == TaskTime("parse", 1, 0.0, 0.0, 0.0)


def test_hold_that_goes_over_from_task_to_task_is_divided(worker):
    recording = worker((0.1, 0.2, 0, True, 0.4))
    runs = [run_of("store", 0.25, 0.9), run_of("load", 0.0, 0.15), run_of("parse", 0.15, 0.25)]

    found = by_name(tasks_of(recording, START_NS, runs, {}))

    assert [found[name].held_seconds for name in ("load", "parse", "store")] == [
        pytest.approx(0.05),
        pytest.approx(0.10),
        pytest.approx(0.05),
    ]
    assert found["parse"].caused_wait_seconds == pytest.approx(0.2)
    assert found["parse"].longest_seconds == pytest.approx(0.1)


def test_tasks_of_one_thread_hold_no_more_than_the_thread(worker):
    recording = worker((0.1, 0.4, 0), (0.5, 0.4, 0))
    threads = recording.by_thread
    recording = replace(recording, by_thread=(replace(threads[0], held_seconds=0.2), *threads[1:]))

    (found,) = tasks_of(recording, START_NS, [run_of("parse", 0.0, 1.0)], {})

    assert found.held_seconds == pytest.approx(0.2)


def test_what_tasks_without_a_thread_held_is_unknown_and_no_zero(worker):
    (found,) = tasks_of(worker(), START_NS, [], {"fetch": 3})

    assert found == TaskTime("fetch", 3, None, None, None, 3)


def test_waits_are_unknown_where_waiters_are(worker):
    recording = worker((0.1, 0.05, 0), wait_seconds=None)

    (found,) = tasks_of(recording, START_NS, [run_of("parse", 0.0, 0.2)], {})

    assert found.held_seconds == pytest.approx(0.05)
    assert found.caused_wait_seconds is None


RUN_TASK = Frame("/x/site-packages/distributed/worker.py", 2835, "_run_task_simple")


def stack(thread, *frames, held=0.1, caused=0.2, longest=0.05):
    return HeldStack(thread, (*frames, RUN_TASK), held, caused, 1, longest)


def test_line_is_of_the_task_whose_function_is_outermost(worker):
    inner, outer = Frame("a.py", 3, "parse"), Frame("a.py", 9, "load")
    recording = worker(stacks=(stack(0, inner, outer), stack(0, inner)))
    functions = {"parse": {Function("a.py", "parse")}, "load": {Function("a.py", "load")}}

    found = task_lines_of(recording, [], [run_of("parse", 0, 1)], functions)

    assert {(line.task, line.frame) for line in found} == {("load", inner), ("parse", inner)}


@pytest.mark.parametrize(
    ("thread", "functions"),
    [
        (2, {"parse": {Function("a.py", "parse")}}),
        (0, {"parse": {Function("b.py", "parse")}}),
        (0, {"parse-1": {Function("a.py", "parse")}, "parse-2": {Function("a.py", "parse")}}),
    ],
    ids=["no thread of tasks", "another function", "two tasks with one function"],
)
def test_line_of_an_unknown_task_has_none(worker, thread, functions):
    recording = worker(stacks=(stack(thread, Frame("a.py", 3, "parse")),))

    (found,) = task_lines_of(recording, [], [run_of("parse", 0, 1)], functions)

    assert found.task is None


def test_lines_come_to_no_more_than_their_task(worker):
    recording = worker(stacks=(stack(0, Frame("a.py", 3, "f")), stack(0, Frame("a.py", 4, "f"))))
    task = TaskTime("f", 1, 0.1, 0.3, 0.02)

    found = task_lines_of(recording, [task], [run_of("f", 0, 1)], {"f": {Function("a.py", "f")}})

    assert sum(line.held_seconds for line in found) == pytest.approx(0.1)
    assert sum(line.caused_wait_seconds for line in found) == pytest.approx(0.3)
    assert max(line.longest_seconds for line in found) == 0.02


def test_tasks_and_lines_of_workers_are_added_up():
    tasks = [TaskTime("f", 2, 0.5, None, 0.2), TaskTime("f", 1, None, None, None, 1)]
    line = TaskLine("f", Frame("a.py", 3, "f"), "f()", None, 0.5, 0.1, 2, 0.2)

    assert tasks_together(tasks) == (TaskTime("f", 3, 0.5, None, 0.2, 1),)
    assert lines_together([line, line]) == (
        replace(line, held_seconds=1.0, caused_wait_seconds=0.2, holds=4),
    )


def test_start_is_moved_to_the_client_clock(worker):
    part = WorkerPart(worker(), (), (), 3_000, ())

    assert part.on_clock(1_000).process.start_ns == START_NS + 2_000
    assert part.on_clock(3_000) == part.recording


@pytest.fixture
def cluster(worker):
    recording = worker((0.1, 0.05, 0, True, 0.1), wait_error=0.1)
    other = replace(recording, process=replace(recording.process, pid=8))
    return ClusterRecording(
        seconds=1.0,
        workers={"tcp://a": recording, "tcp://b": recording, "tcp://c": other},
        tasks=(
            TaskTime("parse", 4, 0.05, 1.0, 0.05),
            TaskTime("fetch", 2, None, None, None, 2),
        ),
        lines=(TaskLine("parse", Frame("a.py", 3, "parse"), "f(x)", None, 0.04, 0.9, 2, 0.05),),
        notes=("Worker tcp://d left during the watch: what it did is lost.",),
    )


def test_workers_of_one_process_have_one_recording(cluster):
    document = json.loads(json.dumps(cluster.to_dict()))

    assert document["workers"] == {"tcp://a": 0, "tcp://b": 0, "tcp://c": 1}
    assert len(document["recordings"]) == 2
    assert [addresses for addresses, _ in cluster.processes] == [
        ("tcp://a", "tcp://b"),
        ("tcp://c",),
    ]
    assert len(cluster.merged().children) == 1
    assert "come from" not in str(cluster.merged())


@pytest.mark.with_gil
def test_report_names_task_line_and_workers(cluster):
    text = " ".join(str(cluster).split())

    assert text.startswith("threads waited 2.000 s ± 0.141 s in 1.000 s on 3 workers; 50% of that")
    assert "because of parse, mostly at a.py:3 f(x)" in text
    assert "outside these tasks: held 0.050 s" in text
    assert "tcp://a, tcp://b" in text
    assert "Worker tcp://d left during the watch" in text
    assert "Of fetch, 2 runs went on as a coroutine" in text
    assert "<table" in cluster._repr_html_()


def test_without_a_gil_the_title_is_about_stops_of_the_world(cluster):
    def freed(recording):
        environment = replace(recording.environment, gil_enabled=False, free_threaded_build=True)
        return replace(
            recording, held_fraction=None, held_error=None, pauses_seen=0, environment=environment
        )

    workers = {name: freed(recording) for name, recording in cluster.workers.items()}

    title = replace(cluster, workers=workers).report().title

    assert title == "no stop of the world was seen in 1.000 s on 3 workers"


def test_report_of_no_worker_says_so():
    empty = ClusterRecording(1.0, {}, (), ())

    assert str(empty) == "no worker was recorded"
    with pytest.raises(ValueError, match="no worker was recorded"):
        empty.merged()


@pytest.mark.parametrize(
    ("name", "key"), [("x.json", "recordings"), ("x.trace.json", "traceEvents")]
)
def test_saved_file_is_as_its_suffix_says(cluster, tmp_path, name, key):
    cluster.save(tmp_path / name)

    assert key in json.loads((tmp_path / name).read_text(encoding="utf-8"))


def test_saved_page_is_of_all_processes(cluster, tmp_path):
    cluster.save(str(tmp_path / "x.html"))

    assert "<html" in (tmp_path / "x.html").read_text(encoding="utf-8")


def test_without_dask_it_is_said_what_to_install():
    code = "import sys; sys.modules['distributed'] = None; import gilext.dask"

    python = [sys.executable, "-P", "-c", code]
    done = subprocess.run(python, capture_output=True, text=True, timeout=60)

    assert done.returncode == 1
    assert "ImportError: gilext.dask needs dask.distributed: pip install" in done.stderr
