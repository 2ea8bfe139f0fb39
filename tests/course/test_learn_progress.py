"""Progress is kept in a small file; a damaged one says how to go on."""

import json

import pytest

from gilext.course.learning.progress import (
    FILE,
    DamagedProgress,
    Progress,
    read_progress,
    write_progress,
)


def test_progress_comes_back_as_it_was_written(tmp_path):
    progress = Progress(
        "02_second", True, {"01_first": "2026-11-26"}, ["03_third"], {"01_first": 2}
    )

    write_progress(tmp_path, progress)

    assert read_progress(tmp_path) == progress
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_without_a_file_nothing_is_done(tmp_path):
    assert read_progress(tmp_path) == Progress()


DAMAGED = {
    "empty": "",
    "cut_off": '{"format": 1, "curr',
    "another_kind": "[]",
    "another_format": json.dumps({"format": 2}),
    "part_missing": json.dumps({"format": 1, "current": "01_first"}),
    "wrong_type": json.dumps(
        {"format": 1, "current": "", "fast": 1, "solved": {}, "given_up": [], "hints": {}}
    ),
    "wrong_type_inside": json.dumps(
        {
            "format": 1,
            "current": "",
            "fast": True,
            "solved": {},
            "given_up": [],
            "hints": {"a": "b"},
        }
    ),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
def test_damaged_file_says_how_to_go_on(tmp_path, content):
    (tmp_path / FILE).write_text(content)

    with pytest.raises(DamagedProgress, match=r"is damaged: .*delete progress\.json, and .*--all"):
        read_progress(tmp_path)

    assert (tmp_path / FILE).read_text() == content


def test_bytes_that_are_no_text_are_damage(tmp_path):
    (tmp_path / FILE).write_bytes(b"\xff\xfe\x00")

    with pytest.raises(DamagedProgress, match="it is no text"):
        read_progress(tmp_path)


def test_exercises_come_in_order_and_what_was_skipped_at_the_end(course):
    first, second, third = course
    progress = Progress()

    assert progress.begin_with() is first
    assert progress.next_after(first) is second
    progress.note_solved(second)
    progress.note_solved(third)
    assert progress.next_after(third) is first
    progress.note_solved(first)
    assert progress.next_after(first) is None
    assert progress.begin_with() is None


def test_the_current_exercise_comes_first(course):
    assert Progress(current="02_second").begin_with() is course[1]


def test_a_current_exercise_that_is_solved_gives_way_to_the_next(course):
    progress = Progress(current="02_second", solved={"02_second": "2026-11-26"})

    assert progress.begin_with() is course[2]


def test_fast_track_leaves_out_the_others(course):
    first, _, third = course
    progress = Progress(fast=True)

    assert progress.track == (first, third)
    assert progress.next_after(first) is third


def test_exercises_that_are_gone_do_no_harm(course):
    progress = Progress(current="07_gone", solved={"07_gone": "2026-11-26"})

    assert progress.begin_with() is course[0]
    assert progress.solved_count == 0


def test_giving_up_is_noted_unless_it_was_solved_before(course):
    progress = Progress(solved={"01_first": "2026-11-26"})

    for _ in range(2):
        progress.note_given_up(course[0])
        progress.note_given_up(course[1])

    assert progress.given_up == ["02_second"]
