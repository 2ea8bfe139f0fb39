"""Every result has a text, an HTML form and JSON, whatever its figures are."""

import json
import pkgutil
import sys
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from importlib import import_module
from pathlib import Path

import pytest

import gilext
from gilext.core.environment import Environment
from gilext.core.results import Result
from gilext.recording.holds import Holds


def all_results():
    for module in pkgutil.walk_packages(gilext.__path__, "gilext."):
        if not module.name.endswith("__main__"):
            try:
                import_module(module.name)
            except ImportError as error:
                assert error.name.split(".")[0] != "gilext"
    found, waiting = [], [Result]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            # A class with slots is made twice, and the first of the two may still be there.
            if getattr(sys.modules.get(kind.__module__), kind.__name__, None) is kind:
                found.append(kind)
    return sorted(found, key=lambda kind: kind.__name__)


@dataclass(frozen=True)
class Row:
    """What a lesson's rows may have: each unit, words, counts, and unknowns of them."""

    way: str
    wall_seconds: float | None
    held_fraction: float | None
    memory_bytes: int | None
    count: int | None
    calls_per_second: float | None


def made(kind, figure, are_known):
    """Make a value of a type up: every number is the same, what may be None is, or isn't."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is typing.Any:
        return made(Row, figure, are_known)
    if origin in (typing.Union, types.UnionType):
        chosen = next(one for one in arguments if one is not types.NoneType)
        return made(chosen, figure, are_known) if are_known else None
    if origin is tuple:
        many = len(arguments) == 2 and arguments[1] is ...
        kinds = arguments[:1] * 2 if many else arguments
        return tuple(made(one, figure, are_known) for one in kinds)
    if origin is Mapping:
        return dict([tuple(made(one, figure, are_known) for one in arguments)])
    if origin is typing.Literal:
        return arguments[0]
    if is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        values = {one.name: hints[one.name] for one in fields(kind)}
        no_more = {name for name, hint in values.items() if hint == tuple[kind, ...]}
        return kind(
            **{
                name: () if name in no_more else made(hint, figure, are_known)
                for name, hint in values.items()
            }
        )
    if kind is Holds:
        return Holds()
    if issubclass(kind, Enum):
        return next(iter(kind))
    if kind is Result:
        return made(Environment, figure, are_known)
    return "text" if kind is str else kind(figure)


@pytest.mark.parametrize("kind", all_results(), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("are_known", [True, False], ids=["known", "unknown"])
@pytest.mark.parametrize("figure", [0, 1])
def test_result_is_text_html_and_json(kind, figure, are_known):
    result = made(kind, figure, are_known)

    assert str(result).strip()
    assert "None" not in str(result)
    assert result._repr_html_().startswith("<div>")
    assert "None" not in result._repr_html_()
    json.dumps(result.to_dict(), allow_nan=False)


def test_the_results_are_found():
    names = {kind.__name__ for kind in all_results()}

    assert {"Recording", "Snapshot", "MonitorReading", "Checkup", "Lesson", "Installation"} <= names


def test_result_without_a_report_says_so():
    class Mute(Result):
        pass

    with pytest.raises(NotImplementedError, match=r"Mute has no report\(\)"):
        str(Mute())


def test_text_of_a_result_brings_in_nothing_that_draws(run_child):
    run_child("text_without_render.py")


def test_a_result_shows_nothing_of_itself_while_it_is_made_into_text(capsys):
    str(gilext.info())
    gilext.info()._repr_html_()

    assert capsys.readouterr() == ("", "")


def test_recording_can_be_saved_whatever_was_imported_first(run_child, tmp_path):
    run_child("save_first.py", str(tmp_path / "x.html"))

    assert Path(tmp_path / "x.html").stat().st_size > 0


def test_a_shell_that_asks_for_forms_gets_text_and_a_table_and_not_the_fields():
    result = gilext.info()

    assert result._repr_mimebundle_(include=None, exclude=None) == {
        "text/plain": str(result),
        "text/html": result._repr_html_(),
    }
