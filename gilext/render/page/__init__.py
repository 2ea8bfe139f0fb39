"""A recording as a page that needs nothing but a browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from gilext.core.report import printable
from gilext.recording.common_lines import common_lines
from gilext.recording.culprits import culprits_of
from gilext.recording.processes import process_of
from gilext.recording.results import Recording
from gilext.recording.summary import lines_title, without_a_line, without_a_thread
from gilext.recording.thread_rows import sum_of_known
from gilext.recording.world_report import had_gil, sees_world
from gilext.render.activity import ran_in_words
from gilext.render.page import tables
from gilext.render.page.data import data_of
from gilext.render.page.detail import details_of, left_out
from gilext.render.page.pauses import pauses_table
from gilext.render.page.process_tables import processes_table


def render(recording: Recording) -> str:
    """Return a recording as an HTML page.

    It has its style, its code and every hold inside: 14 bytes per hold, and a third more for being
    text. Processes and threads are lanes, holds are bars; it can be zoomed, moved, searched and
    sorted. Of more than 1000 threads, those that held and waited the shortest share a lane; of
    several processes with more than 250,000 holds, held time is drawn in steps.
    """
    environment = Environment(
        loader=PackageLoader("gilext.render", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    recordings = recording.processes()
    details = details_of(recordings)
    return environment.get_template("page.html").render(
        recording=recording,
        report=recording.report(),
        samples=sum(one.samples for one in recordings),
        is_cut=any(one.holds_truncated_at_seconds is not None for one in recordings),
        has_activity=any(one.activity.rows for one in recordings),
        **_meanings(recordings),
        left_out=left_out(recordings, details),
        processes=processes_table(recordings) if recording.children else None,
        threads=tables.threads_table(recordings),
        stalls=tables.stalls_table(recordings, details),
        pauses=pauses_table(recordings, details),
        histogram=tables.histogram_of(recordings),
        data=data_of(recording, details),
        **_lines(recording),
    )


def _meanings(recordings: Sequence[Recording]) -> dict[str, Any]:
    """Return what the bars mean: with a GIL, without one, or of processes with and without."""
    holds, stops = any(map(had_gil, recordings)), any(map(sees_world, recordings))
    kinds = {"holds of the GIL": holds, "stops of the world": stops}
    return {
        "has_gil": holds,
        "sees_stops": stops,
        "meanings": [kind for kind, is_drawn in kinds.items() if is_drawn],
        "ran": ran_in_words(recordings[0]),
    }


def _lines(recording: Recording) -> dict[str, Any]:
    """Return the tables of lines, and what no line or thread is known for."""
    recordings = recording.processes()
    worst = max(recordings, key=lambda one: one.wait_seconds or 0.0)
    own = culprits_of(worst.stacks)
    common = common_lines(recordings) if recording.children else ()
    culprits = [one.culprit for one in common] or own
    threads = [thread for one in recordings for thread in one.by_thread]
    held_seconds = sum(thread.held_seconds for thread in threads)
    wait_seconds = sum_of_known([one.wait_seconds for one in recordings])
    attached_seconds = sum_of_known([thread.attached_seconds for thread in threads])
    has_gil = any(map(had_gil, recordings))
    title = lines_title(has_gil, attached_seconds is not None)
    return {
        "lines_title": title.replace("line", "Lines", 1),
        "lines": tables.lines_table(culprits, common or own, has_gil),
        "without_a_line": without_a_line(culprits, held_seconds, wait_seconds, attached_seconds),
        "without_a_thread": without_a_thread(threads, wait_seconds),
        "victims": tables.victims_table(worst, own),
        "worst": process_of(worst).title() if recording.children else "",
    }
