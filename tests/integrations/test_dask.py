"""A watch over a dask cluster, and monitors in it; each case in a process of its own."""

import json
import re
from pathlib import Path

import pytest

pytest.importorskip("distributed")
EXAMPLE = Path(__file__).parents[2] / "examples" / "dask" / "watch_cluster.py"


@pytest.fixture(scope="module")
def known():
    """Keep what each case has found, for the tests that ask different things of it."""
    return {}


@pytest.fixture
def cluster(run_child, known):
    """Run a case of a script in ``tests/children``; return what it found.

    Warnings aren't errors there: other packages have some.
    """

    def run(*case, script="dask_cluster.py"):
        if case not in known:
            done = run_child(script, *case, PYTHONWARNINGS="ignore")
            known[case] = json.loads(done.stdout.splitlines()[-1])
        return known[case]

    return run


@pytest.fixture
def tasks(cluster):
    return cluster("tasks")


def row(found, name):
    (task,) = [task for task in found["tasks"] if task["task"] == name]
    return task


def test_task_that_holds_is_charged_with_what_it_held(tasks):
    error = 3 * sum(tasks["errors"])

    held = row(tasks, "hold")["held_seconds"]

    assert tasks["least"] - error <= held <= tasks["most"] + error


def test_task_that_releases_is_charged_with_less_than_one_that_holds(tasks):
    holds, releases = row(tasks, "hold"), row(tasks, "release")

    assert releases["runs"] == holds["runs"] == 8
    assert releases["held_seconds"] < holds["held_seconds"]
    assert releases["caused_wait_seconds"] < holds["caused_wait_seconds"]
    assert tasks["tasks"][0]["task"] == "hold"


def test_task_that_fails_is_a_run_too(tasks):
    assert row(tasks, "fail")["runs"] == 3
    assert row(tasks, "fail")["held_seconds"] > row(tasks, "release")["held_seconds"]


def test_task_that_left_the_pool_of_threads_is_charged_too(tasks):
    assert row(tasks, "hold_apart")["runs"] == 3
    assert row(tasks, "hold_apart")["held_seconds"] > row(tasks, "release")["held_seconds"]


def test_what_a_coroutine_held_is_unknown(tasks):
    task = row(tasks, "hold_on_the_loop")

    assert (task["runs"], task["elsewhere"]) == (2, 2)
    assert task["held_seconds"] is task["caused_wait_seconds"] is task["longest_seconds"] is None
    assert "Of hold_on_the_loop, 2 runs went on as a coroutine" in " ".join(tasks["text"].split())


def test_lines_are_named_with_their_task(tasks):
    assert ["hold", "hold"] in tasks["lines"]
    assert ["fail", "fail"] in tasks["lines"]
    assert not any(task == "hold_on_the_loop" for task, _ in tasks["lines"])


def test_tasks_come_to_no_more_than_what_was_held(tasks):
    of_tasks = sum(task["held_seconds"] or 0.0 for task in tasks["tasks"])

    assert of_tasks <= sum(tasks["held"]) + 1e-9


def test_each_worker_has_a_recording_of_its_process(tasks):
    assert sorted(tasks["pids"]) == sorted(tasks["workers"])
    assert "on 2 workers" in tasks["text"]
    assert "<table" in tasks["html"]


def test_nothing_stays_behind_on_the_workers(tasks):
    assert all("gilext" not in name for names in tasks["plugins"].values() for name in names)


def test_workers_in_one_process_are_counted_once(cluster):
    found = cluster("one_process")

    assert (found["addresses"], found["recordings"], found["children"]) == (2, 1, 0)
    assert found["runs"] == 8
    assert found["held"] <= found["seconds"]
    assert "on 2 workers" in found["text"]


def test_workers_that_come_and_go_are_named(cluster):
    found = cluster("come_and_go")

    notes = " ".join(found["notes"])
    assert found["recorded"] == [found["stays"]]
    assert f"Worker {found['gone']} left during the watch: what it did is lost." in notes
    assert f"Worker {found['joined']} joined during the watch, and was not watched." in notes
    assert found["stays"] not in notes


def test_worker_that_cannot_be_watched_is_named_and_none_is_watched(cluster):
    found = cluster("refused")

    start = f"RuntimeError: 1 worker can't be watched: {found['second']}: "
    version = found["version"]
    assert found["old"] == f"{start}it has gilext 0.0.1, and the client has {version}"
    assert found["without"] == f"{start}gilext isn't installed there"
    assert found["left"] == 0


def test_cluster_without_workers_is_refused(cluster):
    assert cluster("no_workers")["said"] == "RuntimeError: the cluster has no workers to watch"


def test_wrong_use_is_refused(cluster):
    found = cluster("misused")

    assert found["early"] == "RuntimeError: the recording is available after the with block"
    assert found["twice"] == "RuntimeError: a watch can be used only once"
    assert re.match("ValueError: argument 'interval' must be", found["argument"])
    assert "ClusterWatch" in found["current"]


def test_exception_in_the_block_comes_through_with_the_recording_there(cluster):
    found = cluster("raised_in_the_block")

    assert found["said"] == 'KeyError: "the program\'s own"'
    assert found["runs"] == 2


def test_cluster_closed_in_the_block_leaves_no_watch_behind(cluster):
    found = cluster("raised_in_the_block")

    assert found["closed"] == "RuntimeError: there is no recording: the cluster is gone"
    assert found["left"] == 0


def test_interrupt_while_it_begins_leaves_no_watch_behind(cluster):
    assert cluster("interrupted") == {"begun": [1], "left": 0}


def test_asynchronous_client_needs_async_with(cluster):
    found = cluster("asynchronous")

    assert found["said"] == "TypeError: an asynchronous client needs `async with`"
    assert found["runs"] == 2


@pytest.mark.parametrize("case", ["still_running", "ran_before"])
def test_task_that_is_only_partly_in_the_watch_is_seen_as_far_as_it_is(cluster, case):
    found = cluster(case)

    assert found["runs"] == 1
    assert found["held"] > 0


@pytest.mark.parametrize("processes", ["yes", "no"], ids=["processes", "threads"])
def test_monitor_is_in_metrics_and_served_until_it_is_unregistered(cluster, processes):
    pytest.importorskip("prometheus_client")
    found = cluster("plugins", processes, script="dask_monitors.py")

    held = [after["held_seconds_total"] for after in found["after"]]
    least = found["least"] - sum(
        one["held_error"] * one["window_seconds"] for one in found["after"]
    )
    assert (sum(held) if processes == "yes" else min(held)) >= least
    assert found["served"] == [1, 1, 1]
    assert found["served_afterwards"] == ([0, 0, 1] if processes == "yes" else [1, 1, 1])


def test_held_time_is_true_beside_gilknocker_on_the_same_worker(cluster):
    pytest.importorskip("gilknocker")

    for found in cluster("beside_gilknocker", script="dask_monitors.py"):
        error = 3 * found["error"]
        assert found["least"] - error <= found["gilext"] <= found["most"] + error
        assert found["gilknocker"] is not None


def test_example_names_the_task_that_holds_and_its_line(run_child):
    variable = "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__GIL__ENABLED"
    done = run_child(EXAMPLE, PYTHONWARNINGS="ignore", **{variable: "False"})

    said = " ".join(done.stdout.split())
    assert "because of parse, mostly at" in said
    assert "pipeline.py:12 json.loads(TEXT)" in said
