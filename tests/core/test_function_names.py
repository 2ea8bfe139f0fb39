"""Functions of every kind have a name in reports."""

import ctypes
from functools import partial
from unittest.mock import Mock

import pytest

from gilext.core.function_names import function_name


class Callable:
    def method(self):
        pass

    def __call__(self):
        pass

    def __repr__(self):
        return "a callable"


@pytest.mark.parametrize(
    ("fn", "name"),
    [
        (len, "len"),
        (str.split, "str.split"),
        (Callable.method, "Callable.method"),
        (Callable().method, "Callable.method"),
        (Callable, "Callable"),
        (Callable(), "a callable"),
        (partial(partial(len, ()), ()), "len"),
        (ctypes.pythonapi.Py_IncRef, "Py_IncRef"),
    ],
    ids=["builtin", "method of C", "method", "bound", "type", "object", "partial", "ctypes"],
)
def test_function_has_the_name_that_a_person_would_say(fn, name):
    assert function_name(fn) == name


def test_name_that_is_no_text_is_not_believed():
    mock = Mock(__qualname__=5, name="mine")

    assert function_name(mock) == repr(mock)


def test_partial_that_was_given_a_name_keeps_it():
    call = partial(len, ())
    call.__qualname__ = "len(())"

    assert function_name(call) == "len(())"
