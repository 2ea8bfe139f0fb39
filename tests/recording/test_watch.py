"""watch(): a real sampler beside real holds, whose truth is known."""

import gc
import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import pytest

from gilext import UnsupportedInterpreter, hold_for, release_for, watch
from gilext._native import Sampler
from gilext.core.environment import is_gil_enabled
from gilext.integrations.pytest_watching import GilContender
from gilext.recording import watch as watching
from gilext.recording.results import Frame


def hold_until_seen(watched, name):
    """Hold the GIL until a sample has seen it: on a crowded machine, it gets no core for a while."""
    for _ in range(200):
        hold_for(0.03)
        if not is_gil_enabled() or name in {one.name for one in watched.snapshot().by_thread}:
            break


def watched_holds(seconds, times=3, **options):
    """Hold the GIL a few times, between releases; return the recording and the truth."""
    with watch(**options) as watched:
        truths = []
        for _ in range(times):
            release_for(0.005)
            truths.append(hold_for(seconds))
        release_for(0.005)
    return watched.recording, truths


@pytest.mark.with_gil
def test_every_hold_is_seen_for_no_less_than_it_lasted():
    recording, truths = watched_holds(0.03)

    blur = 2 * recording.longest_gap_seconds
    seen = [hold.seconds for hold in recording.holds]
    for truth in truths:
        assert any(seconds >= truth - blur for seconds in seen)


def watched_until_sampled(act):
    """Do something until the sampling thread, which may have to wait for a core, has seen it."""
    with watch() as watched:
        while watched._sampler.totals()["samples"] < 50:
            act(0.05)
    return watched.recording


@pytest.mark.with_gil
def test_held_fraction_tells_a_holding_program_from_a_releasing_one():
    holding, releasing = watched_until_sampled(hold_for), watched_until_sampled(release_for)

    assert holding.held_fraction > releasing.held_fraction


def longest_hold_beside(asker):
    with watch(interval=0.02, stalls=None) as watched, asker:
        for _ in range(50):
            hold_for(0.01)
    return watched.longest[0].seconds


@pytest.mark.with_gil
def test_turn_of_another_thread_between_two_looks_ends_a_hold():
    assert longest_hold_beside(GilContender()) < longest_hold_beside(nullcontext()) / 2


@pytest.mark.with_gil
def test_stall_is_laid_on_the_line_that_held(watched_until_seen):
    def hold():
        with GilContender():
            hold_for(0.06)

    def held_here(seen):
        return [one for one in seen.stall_lines() if one.frame.function.endswith("hold")]

    (stalled,), _ = watched_until_seen(hold, held_here)
    line = stalled.frame
    assert line.file == __file__
    source = Path(__file__).read_text(encoding="utf-8").splitlines()
    assert "hold_for" in source[line.line - 1]


def nest(depth, hold):
    return nest(depth - 1, hold) if depth else hold()


class Größe:
    def halte(self):
        return hold_for(
            # The call begins on the line above, and that is where it holds.
            0.2,
        )


@pytest.mark.with_gil
@pytest.mark.parametrize("depth", [0, 5, 500])
def test_stack_of_a_stall_is_that_of_the_program(depth):
    with watch() as watched, GilContender():
        nest(depth, Größe().halte)

    stall = max(watched.stalls, key=lambda stall: stall.hold.seconds)
    inner, *outer = stall.stacks[len(stall.stacks) // 2].frames
    first_line = Größe.halte.__code__.co_firstlineno
    assert inner == Frame(__file__, first_line + 1, "Größe.halte")
    nested = [frame for frame in outer if frame.function == "nest"]
    assert len(nested) == min(depth + 1, 255)
    assert {frame.line for frame in nested} == {nest.__code__.co_firstlineno + 1}
    beyond = "test_stack_of_a_stall_is_that_of_the_program" if depth < 250 else "<truncated>"
    assert outer[len(nested)].function == beyond


@pytest.mark.with_gil
def test_hold_that_nobody_waits_for_is_no_stall(run_child):
    assert "fine" in run_child("no_stall.py").stdout


@pytest.mark.with_gil
def test_hold_that_somebody_waits_for_is_a_stall():
    with GilContender():
        recording, _ = watched_holds(0.06)

    me = threading.current_thread().name
    assert me in {recording.by_thread[stall.hold.thread].name for stall in recording.stalls}


@pytest.mark.with_gil
def test_stalls_are_there_without_lines_if_nobody_wants_those():
    with GilContender():
        recording, _ = watched_holds(0.06, lines=False)

    assert recording.stalls
    assert all(stall.stacks == () for stall in recording.stalls)


def test_interval_that_is_asked_for_is_kept_and_the_default_has_a_budget():
    assert watch(interval=1e-3)._budget == 0
    assert watch(interval=1e-3, budget=0.02)._budget == 0.02
    assert watch()._budget == watching.DEFAULT_BUDGET


@pytest.mark.with_gil
def test_holder_has_the_name_of_its_thread_also_when_it_has_ended():
    with watch() as watched:
        thread = threading.Thread(target=hold_until_seen, args=(watched, "the holder"))
        thread.name = "the holder"
        thread.start()
        thread.join()

    (holder,) = [t for t in watched.by_thread if t.name == "the holder"]
    assert holder.native_id == thread.native_id
    assert holder.held_seconds > 0


@pytest.mark.with_gil
def test_thread_that_nobody_keeps_has_its_name_too():
    with watch() as watched:
        done = threading.Event()

        def run():
            hold_until_seen(watched, "the forgotten")
            done.set()

        threading.Thread(target=run, name="the forgotten").start()
        done.wait()
        gc.collect()

    assert "the forgotten" in {thread.name for thread in watched.by_thread}


def test_starting_threads_is_as_it_was_after_watches_that_overlap():
    before = threading.Thread.start

    outer, inner = watch(), watch()
    outer.__enter__()
    inner.__enter__()
    outer.__exit__(None, None, None)
    assert threading.Thread.start is not before
    inner.__exit__(None, None, None)

    assert threading.Thread.start is before


def test_wrapper_around_starting_threads_that_came_later_is_left_there(monkeypatch):
    monkeypatch.setattr(threading.Thread, "start", threading.Thread.start)  # undone last
    started = []
    with watch():
        inner = threading.Thread.start
        monkeypatch.setattr(
            threading.Thread, "start", lambda self: (started.append(self.name), inner(self))
        )
    with watch() as watched:
        thread = threading.Thread(target=hold_until_seen, args=(watched, "wrapped"))
        thread.name = "wrapped"
        thread.start()
        thread.join()

    assert started == ["wrapped"]
    assert "wrapped" in {thread.name for thread in watched.by_thread} or not is_gil_enabled()


@pytest.mark.with_gil
def test_threads_that_use_one_address_after_another_are_told_apart():
    with watch() as watched:
        threads = [
            threading.Thread(target=hold_until_seen, args=(watched, name), name=name)
            for name in ("t0", "t1", "t2", "t3", "t4")
        ]
        for thread in threads:
            thread.start()
            thread.join()

    assert {t.name for t in watched.by_thread} >= {thread.name for thread in threads}


def test_totals_of_threads_add_up():
    recording, _ = watched_holds(0.01)

    for index, thread in enumerate(recording.by_thread):
        own = [hold.seconds for hold in recording.holds if hold.thread == index]
        assert thread.held_seconds == pytest.approx(sum(own))
        assert thread.holds == len(own)
    assert sum(recording.histogram) == len(recording.holds)
    assert recording.longest_holds(1) == recording.longest[:1]


@pytest.mark.with_gil
def test_full_memory_ends_the_detail_and_not_the_totals():
    recording, _ = watched_holds(0.01, times=5, memory=48)

    assert len(recording.holds) == 1
    assert recording.holds_truncated_at_seconds is not None
    assert sum(thread.holds for thread in recording.by_thread) > 1


def test_recording_is_json():
    recording, _ = watched_holds(0.03)

    assert json.loads(json.dumps(recording.to_dict()))["samples"] == recording.samples


def test_recording_is_there_only_after_the_block():
    with watch() as watched, pytest.raises(RuntimeError, match="after the with block"):
        _ = watched.recording

    assert watched.recording.samples > 0


def test_watch_can_be_used_only_once():
    watched = watch()
    with watched:
        pass
    with pytest.raises(RuntimeError, match="only once"), watched:
        pass


def test_unknown_attribute_is_an_attribute_error():
    with watch() as watched:
        pass
    with pytest.raises(AttributeError):
        _ = watched.nonsense
    with pytest.raises(AttributeError):
        _ = watched._nonsense


def test_error_in_the_block_comes_through_and_the_watch_is_over():
    with pytest.raises(LookupError, match="mine"), watch() as watched:
        raise LookupError("mine")

    assert watched.recording.samples > 0


def test_watches_can_be_nested_and_run_beside_each_other():
    def one():
        with watch() as outer, watch() as inner:
            release_for(0.02)
        return outer.recording.samples, inner.recording.samples

    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda _: one(), range(3)))

    assert all(outer > 0 and inner > 0 for outer, inner in results)


@pytest.mark.parametrize(
    ("options", "error", "named"),
    [
        ({"interval": 0}, ValueError, "interval"),
        ({"interval": float("nan")}, ValueError, "interval"),
        ({"interval": "1"}, TypeError, "interval"),
        ({"interval": 2.0}, ValueError, "interval"),
        ({"stalls": 1e-4}, ValueError, "stalls"),
        ({"stalls": float("inf")}, ValueError, "stalls"),
        ({"stalls": []}, TypeError, "stalls"),
        ({"memory": -1}, ValueError, "memory"),
        ({"memory": 1.5}, TypeError, "memory"),
        ({"budget": 0}, ValueError, "budget"),
        ({"budget": 1.1}, ValueError, "budget"),
        ({"budget": "all"}, TypeError, "budget"),
    ],
    ids=str,
)
def test_bad_argument_of_watch_is_named(options, error, named):
    with pytest.raises(error, match=f"'{named}'"):
        watch(**options)


def test_unknown_layout_is_an_unsupported_interpreter(monkeypatch):
    def unknown(*_, **__):
        raise UnsupportedInterpreter("gilext doesn't know the GIL layout of CPython 9.9")

    monkeypatch.setattr(watching, "Sampler", unknown)

    with pytest.raises(UnsupportedInterpreter, match=r"9\.9"), watch():
        pass


def test_stalls_can_be_left_out():
    recording, _ = watched_holds(0.03, stalls=None)

    assert recording.stalls == ()


def sampler():
    return Sampler(1e-3, 0.0, 0.02, 1000)


def test_sampler_that_runs_refuses_what_wants_it_stopped():
    running = sampler()
    running.start()
    try:
        assert running.is_running
        for call in (
            running.stalls,
            running.stacks,
            running.frames,
        ):
            with pytest.raises(RuntimeError, match="is running"):
                call()
        with pytest.raises(BufferError, match="is running"):
            memoryview(running)
    finally:
        running.stop()
    running.stop()
    assert not running.is_running


def test_sampler_starts_only_once():
    stopped = sampler()
    stopped.start()
    stopped.stop()

    with pytest.raises(RuntimeError, match="started already"):
        stopped.start()


def test_sampler_that_is_forgotten_ends():
    before = threading.active_count()
    sampler().start()
    gc.collect()

    assert threading.active_count() == before


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("watch_fork.py", marks=pytest.mark.forks),
        "watch_shutdown.py",
        pytest.param("watch_churn.py", marks=pytest.mark.slow),
    ],
)
def test_watch_and_program_survive(run_child, script):
    assert "fine" in run_child(script).stdout


@pytest.mark.skipif(sys.platform != "linux", reason="the clocks of threads are read on Linux")
@pytest.mark.with_gil
def test_threads_have_their_cpu_time_whether_they_hold_the_gil_or_not():
    for _ in range(20):
        with watch() as watched:
            before = time.thread_time()
            for _ in range(20):
                hold_for(0.002)
                release_for(0.002)
            took = time.thread_time() - before
        me = [thread.native_id for thread in watched.by_thread].index(threading.get_native_id())
        if watched.by_thread[me].cpu_seconds is not None:  # on a busy machine it may be unknown
            break

    assert watched.by_thread[me].cpu_seconds >= took * 0.999
    rows = [row for row in watched.activity.rows if row[0] == me]
    assert sum(row[2] for row in rows) <= watched.by_thread[me].cpu_seconds + 1e-9
    assert len({row[1] for row in rows}) == len(rows)
