"""A cases file: which functions of a library to observe, and with which sizes.

It is TOML. Nothing in it is run here: its code is compiled, so that a mistake in the last case is
found before the first is measured, and evaluated in a process of its own.
"""

from __future__ import annotations

import ast
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import product
from keyword import iskeyword
from math import isfinite
from pathlib import Path
from typing import Any

from gilext.checking.checkup import MAX_STRETCH
from gilext.core.foreign_code import compiled_call
from gilext.core.report import counted

Value = int | float | str | bool

DEFAULT_SECONDS = 0.5
MAX_ROWS = 10_000
_MAX_SECONDS = 3600.0
_MAX_TIMEOUT_SECONDS = 86_400.0
_START_SECONDS = 60.0  # for imports and the setup

_COMMON = {"setup", "sizes", "seconds", "timeout"}
_FILE_KEYS = _COMMON | {"packages", "case"}
_CASE_KEYS = _COMMON | {"name", "call", "parameters"}


@dataclass(frozen=True, slots=True)
class Case:
    """One function with one set of parameters: a row of the table.

    Attributes
    ----------
    function : str
        What the row is called.
    call : str
        The expression that is evaluated again and again.
    setup : str
        The code that runs once before.
    parameters : tuple of pairs
        The names that both find, and their values.
    seconds : float
        How long to keep calling, as `gilext.check` takes it.
    timeout : float
        After how many seconds the process is killed.
    """

    function: str
    call: str
    setup: str
    parameters: tuple[tuple[str, Value], ...]
    seconds: float
    timeout: float

    @property
    def size(self) -> str:
        """The parameters in words: ``"1000"``, ``"dtype=float64, size=1000"``; or nothing."""
        if [name for name, _ in self.parameters] == ["size"]:
            return str(self.parameters[0][1])
        return ", ".join(f"{name}={value}" for name, value in self.parameters)

    def __str__(self) -> str:
        """Return what it is called in messages."""
        return titled(self.function, self.size)


@dataclass(frozen=True, slots=True)
class Cases:
    """What a cases file says.

    Attributes
    ----------
    packages : tuple of str
        The distributions whose versions the table names.
    cases : tuple of Case
        The rows, in the order of the file.
    """

    packages: tuple[str, ...]
    cases: tuple[Case, ...]


def load_cases(path: str | Path) -> Cases:
    """Read a cases file.

    Parameters
    ----------
    path : str or Path
        The file, TOML in UTF-8.

    Raises
    ------
    OSError
        If it can't be read.
    ValueError
        If it is no such file; the message names the file, the case and the key.
    """
    with open(path, "rb") as file:
        content = file.read()
    try:
        return cases_of(tomllib.loads(content.decode()))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path}: {error}") from None


def cases_of(document: Mapping[str, Any]) -> Cases:
    """Make cases of what the TOML of a cases file says.

    Raises
    ------
    ValueError
        If it says anything else; the message names the case and the key.
    """
    whole = _Part("the file", document)
    whole.check_keys(_FILE_KEYS)
    said = whole.value("case", list, "one or more tables [[case]]", [])
    if not said:
        raise ValueError("there is no case: each begins with [[case]] and has a 'call'")
    cases: list[Case] = []
    for number, one in enumerate(said, 1):
        if not isinstance(one, Mapping):
            raise ValueError(f"'case' number {number} must be a table, [[case]], not {_kind(one)}")
        cases += _cases_of(whole, one, number)
        if len(cases) > MAX_ROWS:
            raise ValueError(
                f"there are more than {MAX_ROWS:,} combinations of functions and sizes"
            )
    _check_distinct(cases)
    return Cases(whole.words("packages"), tuple(cases))


def titled(function: str, size: str) -> str:
    """Return what a function at a size is called in messages."""
    return f"{function}, {size}" if size else function


def default_timeout(seconds: float) -> float:
    """Return what a process is given that checks for that many seconds."""
    return _START_SECONDS + MAX_STRETCH * seconds


class _Part:
    """A table of the file, whose values are checked as they are read."""

    def __init__(self, place: str, said: Mapping[str, Any]) -> None:
        self.place = place
        self.said = said

    def fails(self, what: str) -> ValueError:
        """Return an error that names this table."""
        return ValueError(f"{self.place}: {what}")

    def check_keys(self, known: set[str]) -> None:
        """See that there is no other key than these."""
        for key in self.said:
            if key not in known:
                close = get_close_matches(key, sorted(known), 1)
                hint = f"did you mean {close[0]!r}?" if close else f"it may be {_listed(known)}"
                raise self.fails(f"{key!r} is no key here; {hint}")

    def value(self, key: str, kind: type, what: str, default: Any = None) -> Any:
        """Return a value of a type, or the default."""
        found = self.said.get(key, default)
        if key in self.said and type(found) is not kind:
            raise self.fails(f"{key!r} must be {what}, not {_kind(found)}")
        return found

    def text(self, key: str) -> str:
        """Return a string; empty if it isn't there."""
        found: str = self.value(key, str, "a string", "")
        return found

    def words(self, key: str) -> tuple[str, ...]:
        """Return the strings of an array; none if it isn't there."""
        found = self.value(key, list, "an array of strings", [])
        if not all(isinstance(one, str) and one.strip() for one in found):
            raise self.fails(f"{key!r} must have strings that aren't empty, and nothing else")
        return tuple(found)

    def seconds(self, key: str, default: float, most: float = _MAX_SECONDS) -> float:
        """Return a time, or the default."""
        found = self.said.get(key, default)
        if type(found) not in (int, float) or not 0 < found <= most:
            raise self.fails(f"{key!r} must be above 0, to {most:g} seconds, not {_kind(found)}")
        return float(found)

    def values(self, key: str, found: object) -> tuple[Value, ...]:
        """Return the values of a parameter."""
        if not isinstance(found, list):
            raise self.fails(
                f"{key!r} must be an array, as in [1_000, 1_000_000], not {_kind(found)}"
            )
        if not found:
            raise self.fails(f"{key!r} is empty: it must have at least one value")
        for one in found:
            if type(one) not in (int, float, str, bool):
                raise self.fails(
                    f"{key!r} must have numbers, strings, true or false, not {_kind(one)}"
                )
            if isinstance(one, float) and not isfinite(one):
                raise self.fails(f"{key!r} must have finite numbers, not {one}")
        if twice := [one for one, count in Counter(found).items() if count > 1]:
            raise self.fails(f"{key!r} has {twice[0]!r} twice")
        return tuple(found)


def _cases_of(whole: _Part, said: Mapping[str, Any], number: int) -> Iterator[Case]:
    """Yield the rows of one [[case]], one for each combination of its parameters."""
    name = said.get("name", said.get("call"))
    shown = f" ({name})" if isinstance(name, str) else ""
    part = _Part(f"case {number}{shown}", said)
    part.check_keys(_CASE_KEYS)
    call = part.text("call")
    if not call.strip():
        raise part.fails("it needs a 'call', the expression to evaluate again and again")
    setup = "\n".join(filter(None, (whole.text("setup"), part.text("setup"))))
    _check_code(part, setup, call)
    function = part.text("name") or " ".join(call.split())
    parameters = _parameters_of(whole, part, _names_in(setup, call))
    seconds = part.seconds("seconds", whole.seconds("seconds", DEFAULT_SECONDS))
    timeout = whole.seconds("timeout", default_timeout(seconds), _MAX_TIMEOUT_SECONDS)
    timeout = part.seconds("timeout", timeout, _MAX_TIMEOUT_SECONDS)
    for values in product(*parameters.values()):
        named = tuple(zip(parameters, values, strict=True))
        yield Case(function, call, setup, named, seconds, timeout)


def _parameters_of(whole: _Part, part: _Part, used: set[str]) -> dict[str, tuple[Value, ...]]:
    """Return the parameters of a case; the sizes of the file if its code uses them."""
    said = part.value("parameters", dict, "a table, as in {dtype = ['float64', 'int8']}", {})
    parameters = {name: part.values(f"parameters.{name}", values) for name, values in said.items()}
    if "sizes" in part.said:
        if "size" in parameters:
            raise part.fails("'sizes' and 'parameters.size' are the same: give one of them")
        parameters["size"] = part.values("sizes", part.said["sizes"])
    for name in parameters:
        if not name.isidentifier() or iskeyword(name):
            raise part.fails(f"'parameters' has {name!r}, which can't be a variable's name")
        if name not in used:
            raise part.fails(f"neither 'call' nor 'setup' uses the variable {name!r}")
    if "sizes" in whole.said and "size" not in parameters:
        sizes = whole.values("sizes", whole.said["sizes"])
        if "size" in used:
            parameters["size"] = sizes
    return parameters


def _check_code(part: _Part, setup: str, call: str) -> None:
    for key, *code in (("setup", setup, "pass"), ("call", "", call)):
        try:
            compiled_call(*code)
        except ValueError as error:
            raise part.fails(f"{key!r}: {error}") from None


def _names_in(*code: str) -> set[str]:
    return {
        node.id for text in code for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)
    }


def _check_distinct(cases: Sequence[Case]) -> None:
    seen: set[str] = set()
    for case in cases:
        if str(case) in seen:
            raise ValueError(f"two cases are called {str(case)!r}: give one another 'name'")
        seen.add(str(case))


def _kind(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str() | int() | float():
            return repr(value)
        case list():
            return f"an array of {counted(len(value), 'value')}"
        case dict():
            return "a table"
    return f"a {type(value).__name__}"


def _listed(keys: set[str]) -> str:
    *first, last = sorted(map(repr, keys))
    return f"{', '.join(first)} or {last}"
