"""Results made again from what ``json.loads()`` gives of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from math import isfinite, nan
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from gilext.core.checks import as_float

# What the items of a long array may all be, to be taken as they are.
_QUICK: dict[object, set[type]] = {
    str: {str},
    bool: {bool},
    int: {int},
    float: {float},
    float | None: {float, NoneType},
}
_SIMPLE = {str: "a string", bool: "true or false", int: "an integer", NoneType: "null"}


def read(kind: Any, said: object, place: str = "") -> Any:
    """Make a value of a type: a dataclass, a tuple, or what JSON has itself.

    Parameters
    ----------
    kind : type
        The type; it may be one like ``tuple[int, ...]`` or ``float | None``.
    said : object
        What JSON says: for a dataclass, its fields; one that has a default may be missing.
    place : str
        Its place, for error messages.

    Raises
    ------
    ValueError
        If it is anything else but such a value; the message says what, and where.
    """
    if is_dataclass(kind):
        return kind(**read_fields(kind, said, place))  # type: ignore[operator]
    if get_origin(kind) is tuple:
        return _read_tuple(get_args(kind), said, place)
    if isinstance(kind, UnionType) or get_origin(kind) is Union:
        only, none = get_args(kind)
        assert none is NoneType, "no other union is in a result"
        return None if said is None else read(only, said, place)
    if get_origin(kind) is Literal:
        if said not in get_args(kind):
            known = ", ".join(map(repr, get_args(kind)))
            raise ValueError(f"{place} must be one of {known}, not {_shown(said)}")
        return said
    if kind is float:
        return _read_float(said, place)
    if type(said) is not kind:
        raise ValueError(f"{place} must be {_SIMPLE[kind]}, not {_shown(said)}")
    return said


def read_fields(
    kind: Any, said: object, place: str = "", *, apart: Collection[str] = ()
) -> dict[str, Any]:
    """Make the values of a dataclass's fields, but for those read apart, as `read` does."""
    inside = f"{place}." if place else ""
    return {
        name: read(hint, value, inside + name)
        for name, hint, value in _named(kind, said, place)
        if name not in apart
    }


def read_columns(kind: Any, said: object, place: str) -> list[Any]:
    """Make dataclasses of an object that has one array for each of their fields."""
    columns = {
        name: _read_tuple((hint, ...), value, f"{place}.{name}")
        for name, hint, value in _named(kind, said, place)
    }
    if len({*map(len, columns.values())}) > 1:
        raise ValueError(f"the arrays of {place} must be of one length")
    rows = zip(*columns.values(), strict=True)
    return [kind(**dict(zip(columns, row, strict=True))) for row in rows]


def _named(kind: Any, said: object, place: str) -> list[tuple[str, Any, object]]:
    """Return the fields of a dataclass that are said: their names, their types, what is said."""
    if not isinstance(said, Mapping):
        raise ValueError(f"{place or 'all of it'} must be an object, not {_shown(said)}")
    known = _fields_of(kind)
    inside = f"{place}." if place else ""
    for name, (field, _) in known.items():
        is_needed = field.default is MISSING and field.default_factory is MISSING
        if is_needed and name not in said:
            raise ValueError(f"there is no field {inside + name!r}")
    for name in said:
        if name not in known:
            raise ValueError(f"there is a field {inside + name!r}, which is unknown")
    return [(name, known[name][1], value) for name, value in said.items()]


@cache
def _fields_of(kind: Any) -> dict[str, tuple[Field[Any], Any]]:
    hints = get_type_hints(kind)
    return {field.name: (field, hints[field.name]) for field in fields(kind)}


def _read_tuple(kinds: tuple[Any, ...], said: object, place: str) -> tuple[Any, ...]:
    if not isinstance(said, list):
        raise ValueError(f"{place} must be an array, not {_shown(said)}")
    if kinds[-1] is Ellipsis:
        if _are_quick(kinds[0], said):
            return tuple(said)
        kinds = kinds[:1] * len(said)
    if len(said) != len(kinds):
        raise ValueError(f"{place} must have {len(kinds)} items, not {len(said)}")
    return tuple(
        read(kind, item, f"{place}[{number}]")
        for number, (kind, item) in enumerate(zip(kinds, said, strict=True))
    )


def _are_quick(kind: Any, said: list[Any]) -> bool:
    found = set(map(type, said))
    if not found <= _QUICK.get(kind, set()):
        return False
    return float not in found or all(isfinite(item) for item in said if item is not None)


def _read_float(said: object, place: str) -> float:
    number = as_float(place, said) if type(said) in (int, float) else nan
    if not isfinite(number):
        raise ValueError(f"{place} must be a finite number, not {_shown(said)}")
    return number


def _shown(said: object) -> str:
    text = repr(said)
    return text if len(text) <= 40 else f"{text[:37]}..."
