"""A function with something before and after it passes for the function itself."""

import os
import pickle
import sys
import traceback
from inspect import isbuiltin, signature

import pytest

from gilext._native import Around


@pytest.fixture
def calls():
    return []


@pytest.fixture
def unraisable(monkeypatch):
    caught = []
    monkeypatch.setattr(sys, "unraisablehook", lambda error: caught.append(error.exc_value))
    return caught


def test_arguments_go_before_and_to_the_function_and_none_after(calls):
    around = Around(
        lambda *args, **kwargs: calls.append(("function", args, kwargs)) or 7,
        lambda *args, **kwargs: calls.append(("before", args, kwargs)),
        lambda *args, **kwargs: calls.append(("after", args, kwargs)),
    )

    assert around(1, two=2) == 7
    assert calls == [
        ("before", (1,), {"two": 2}),
        ("function", (1,), {"two": 2}),
        ("after", (), {}),
    ]


def test_it_looks_like_the_function(monkeypatch):
    shown = repr(os.getpid)
    around = Around(os.getpid)
    monkeypatch.setattr(sys.modules[os.getpid.__module__], "getpid", around)
    monkeypatch.setattr(os, "getpid", around)

    assert repr(around) == shown
    assert isbuiltin(around)
    assert around.__name__ == "getpid"
    assert str(signature(around)) == "()"
    assert pickle.loads(pickle.dumps(around)) is around


def test_error_of_the_function_has_no_frame_more_and_nothing_comes_after(calls):
    around = Around(lambda: 1 / 0, after=lambda: calls.append("after"))

    with pytest.raises(ZeroDivisionError) as caught:
        around()

    names = [frame.name for frame in traceback.extract_tb(caught.tb)]
    assert names == [
        "test_error_of_the_function_has_no_frame_more_and_nothing_comes_after",
        "<lambda>",
    ]
    assert calls == []


@pytest.mark.parametrize("place", ["before", "after"])
def test_error_aside_is_unraisable(unraisable, place):
    assert Around(int, **{place: lambda *_: 1 / 0})("3") == 3
    assert [type(error) for error in unraisable] == [ZeroDivisionError]
