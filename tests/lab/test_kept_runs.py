"""The kept runs: each shows what its lesson is about, as the lesson is today."""

import inspect
import json
from pathlib import Path

import pytest

from gilext.lab import EXPERIMENTS, web_server

RESULTS = Path(__file__).parents[2] / "docs" / "results"
LESSONS = [name for name in EXPERIMENTS if (RESULTS / f"{name}.json").exists()]


def kept(name):
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))["result"]


@pytest.mark.parametrize("name", LESSONS)
def test_kept_run_shows_its_effect(name):
    assert kept(name).get("shown", True)


def test_line_that_the_recording_names_is_that_of_the_work():
    lines, first = inspect.getsourcelines(web_server.count)
    numbers = [first + i for i, line in enumerate(lines) if "return count_primes_held" in line]

    before, after = kept("web_server")["rows"]
    assert before["line"] == f"web_server.py:{numbers[0]} count"
    assert after["line"] is None


def test_answer_waits_for_more_short_calls_than_long_ones():
    _, _, short, long, _ = kept("convoy")["rows"]

    assert short["calls_per_answer"] > 2 > long["calls_per_answer"]


def test_processes_of_the_published_work_run_in_parallel():
    threads, processes, *_ = kept("processes")["rows"]

    assert processes["parallelism"] > 1 >= threads["parallelism"]


def test_lines_of_the_kept_stops_of_the_world_are_those_of_their_program():
    program = RESULTS.parents[1] / "examples" / "watched" / "stops.py"
    lines = program.read_text(encoding="utf-8").splitlines()
    longest = max(kept("stops")["pauses"], key=lambda pause: pause["stopping_seconds"])
    asker, waited_for = longest["frames"], longest["waited_for"][0]["frames"]

    def own_line(frames):
        number = next(frame["line"] for frame in frames if frame["file"].endswith("stops.py"))
        return lines[number - 1].strip()

    assert (own_line(asker), own_line(waited_for)) == ("gc.collect()", "json.loads(ORDERS)")
