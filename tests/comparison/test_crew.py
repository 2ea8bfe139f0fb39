"""Crews: N workers from one starting line, each kind with the same results."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gilext import Meeting, loop
from gilext.comparison import crews, worker
from gilext.comparison.crews import (
    InterpreterCrew,
    OsThreadCrew,
    ProcessCrew,
    ThreadCrew,
    run_threads,
)
from gilext.comparison.timing import CallTiming, Workload, run_timing, time_call

SIZES = {"spin": 1000, "count_primes": 1000, "checksum": 1000}


def workload(name):
    chosen = loop(name)
    return chosen, Workload(SIZES[name], chosen.argument(SIZES[name]))


def has_interpreters():
    try:
        import concurrent.interpreters  # noqa: F401
    except ImportError:
        return False
    return True


CREWS = {
    "threads": lambda name, workers: ThreadCrew(loop(name).released, workers),
    "os-threads": OsThreadCrew,
    "processes": ProcessCrew,
    "interpreters": InterpreterCrew,
}


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("kind", CREWS)
def test_every_worker_of_a_crew_returns_the_loops_result(kind, name):
    if kind == "interpreters" and not has_interpreters():
        pytest.skip("concurrent.interpreters came with CPython 3.14")
    chosen, work = workload(name)

    with CREWS[kind](name, 3) as crew:
        laps = [crew.run(work), crew.run(work)]

    for lap in laps:
        assert lap.results == (chosen.held(work.argument),) * 3
        assert lap.wall_seconds > 0
        assert lap.cpu_seconds > 0


@pytest.mark.skipif(has_interpreters(), reason="there are sub-interpreters here")
def test_sub_interpreters_are_refused_with_the_version_that_has_them():
    with pytest.raises(ImportError, match=r"3\.14"):
        InterpreterCrew("spin", 2)


def test_tasks_of_a_crew_run_at_the_same_time():
    meeting = Meeting(3)

    lap = run_threads(3, lambda _: time_call(lambda: meeting.wait_released(60)))

    assert lap.results == (True, True, True)


def test_task_gets_its_own_index():
    lap = run_threads(4, lambda index: time_call(lambda: index))

    assert sorted(lap.results) == [0, 1, 2, 3]


def test_error_in_one_worker_is_raised_after_all_have_ended():
    ended = []

    def task(index):
        if index == 1:
            raise LookupError("worker 1")
        ended.append(index)
        return time_call(lambda: index)

    with pytest.raises(LookupError, match="worker 1"):
        run_threads(3, task)

    assert sorted(ended) == [0, 2]


@pytest.mark.parametrize("startable", ["0", "1", "3"])
def test_no_task_runs_and_no_thread_is_left_unless_all_can_start(run_child, startable):
    said = run_child("few_python_threads.py", "run_threads", startable).stdout
    assert said == "refused; no thread is left\n"


def test_comparison_without_its_threads_ends_at_once(run_child):
    assert (
        run_child("few_python_threads.py", "compare", "3").stdout == "refused; no thread is left\n"
    )


class Greenlet:
    """A thread as gevent has it: it runs in the thread that starts it."""

    def __init__(self, target, args):
        self.start = lambda: target(*args)

    def join(self):
        pass


def test_threads_that_are_greenlets_are_refused_at_once(monkeypatch):
    monkeypatch.setattr(crews, "Thread", Greenlet)

    with pytest.raises(RuntimeError, match="greenlets of one thread"):
        run_threads(2, lambda index: pytest.fail("a task ran"))


def test_task_does_not_run_when_a_party_does_not_come(monkeypatch):
    monkeypatch.setattr(crews, "_START_TIMEOUT_SECONDS", 0.01)
    monkeypatch.setattr(crews, "Meeting", lambda parties: Meeting(parties + 1))
    ran = []

    with pytest.raises(RuntimeError, match=r"3 threads didn't meet at the start within 0\.01 s"):
        run_threads(2, ran.append)

    assert ran == []


shifts = st.lists(
    st.builds(
        lambda start, length, cpu: CallTiming(start, start + length, cpu, 7),
        st.integers(0, 10**12),
        st.integers(0, 10**9),
        st.integers(0, 10**9),
    ),
    min_size=1,
    max_size=8,
)


@given(shifts)
def test_lap_runs_from_the_first_start_to_the_last_end(shifts):
    lap = run_timing(shifts)

    first = min(shift.start_ns for shift in shifts)
    assert all(first + lap.wall_seconds * 1e9 >= shift.end_ns - 1e-3 for shift in shifts)
    assert lap.wall_seconds * 1e9 == pytest.approx(max(s.end_ns for s in shifts) - first)
    assert lap.cpu_seconds * 1e9 == pytest.approx(sum(s.cpu_ns for s in shifts))
    assert lap.results == (7,) * len(shifts)


def test_shift_encloses_its_call():
    inner = time_call(lambda: 5)
    outer = time_call(lambda: time_call(lambda: 5))

    assert inner.result == 5
    assert outer.start_ns <= outer.result.start_ns <= outer.result.end_ns <= outer.end_ns


def test_closing_a_process_crew_ends_its_processes():
    _, work = workload("spin")
    with ProcessCrew("spin", 2) as crew:
        crew.run(work)
        processes = list(crew._processes)

    assert all(process.poll() is not None for process in processes)


def test_worker_process_that_dies_is_reported_with_its_exit_code():
    _, work = workload("spin")
    with ProcessCrew("spin", 2) as crew:
        crew.run(work)
        crew._processes[1].kill()
        crew._processes[1].wait()
        with pytest.raises(RuntimeError, match="ended early, with exit code -9"):
            crew.run(work)


def test_failed_start_of_a_process_leaves_none_behind(monkeypatch):
    started = []
    start = __import__("subprocess").Popen

    def start_once(*args, **kwargs):
        if started:
            raise OSError("no more processes")
        started.append(start(*args, **kwargs))
        return started[0]

    monkeypatch.setattr("gilext.comparison.crews.subprocess.Popen", start_once)

    with pytest.raises(OSError, match="no more processes"):
        ProcessCrew("spin", 2)
    assert started[0].poll() is not None


def test_worker_answers_each_request_with_a_line_of_json(capsys):
    worker.serve("spin", ["prepare 1000\n", "run\n", "run\n"])

    ready, first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert ready == "ready"
    assert CallTiming(*first).result == CallTiming(*second).result == loop("spin").held(1000)
