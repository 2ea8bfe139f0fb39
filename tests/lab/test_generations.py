"""The lesson on the collector's generations: what ran, in which thread, and when nothing does."""

import gc

import pytest

from gilext.lab.generations import watch_generations


@pytest.fixture
def threshold():
    usual = gc.get_threshold()
    yield gc.set_threshold
    gc.set_threshold(*usual)


def test_generations_are_collected_in_the_thread_that_makes_containers():
    lesson = watch_generations(400_000)

    assert lesson.shown
    assert lesson.sentence in lesson.report().body
    assert "It ran in the thread that made the lists: it has no thread" in lesson.sentence
    assert "a thread makes 400,000 lists" in lesson.title


def test_nothing_is_collected_when_the_threshold_is_0(threshold):
    threshold(0)

    lesson = watch_generations(400_000)

    assert not lesson.shown
    assert "No list was collected." in lesson.sentence


def test_number_of_times_is_written_in_words():
    sentence = watch_generations(400_000).sentence

    assert " 1 times" not in sentence


def test_bad_setting_is_named():
    with pytest.raises(ValueError, match="'containers'"):
        watch_generations(0)
