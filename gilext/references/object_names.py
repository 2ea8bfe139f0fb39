"""What a person would call an object: an argument, what is inside one, a type, a module's global."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from reprlib import Repr
from types import CodeType, FunctionType, ModuleType
from typing import TypeGuard

# What each interpreter has one of. They can leak only where they are counted.
SINGLETONS: dict[str, object] = {
    "None": None, "True": True, "False": False, "()": (), "...": ...,
}  # fmt: skip

_MAX_INSIDE = 20_000
_DEPTH = 3
_CONTAINERS = (dict, list, set, tuple, frozenset)

_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 60
_SHORT.maxlong = 30
_SHORT.maxlevel = 2
_MAX_TEXT = 100

_CONSTANT = "a constant of the function"


class ObjectNames:
    """Names objects.

    Parameters
    ----------
    named : mapping of str to object
        Objects that have a name already: the arguments, what the caller asked for.
    fn : object
        What is called.
    """

    def __init__(self, named: Mapping[str, object], fn: object) -> None:
        self._names = {id(obj): name for name, obj in named.items()}
        self._roots = [(f"inside {name}", obj) for name, obj in named.items()]
        self._fn = fn

    def is_given(self, obj: object) -> bool:
        """Return whether an object had a name from the start, or is inside one that had."""
        # What is made with a constant refers to it.
        is_inside = self._inside.get(id(obj), _CONSTANT) != _CONSTANT
        return id(obj) in self._names or (is_inside and not is_type(obj))

    def name(self, obj: object) -> str:
        """Return what a person would call an object."""
        known = self._names.get(id(obj))
        if known is not None:
            return known
        if is_type(obj):
            return f"type `{type_name(obj)}`"
        if type(obj) is CodeType:
            return f"the code of `{obj.co_qualname}`"
        if issubclass(type(obj), ModuleType):
            return f"module `{vars(obj).get('__name__')}`"
        place = self._inside.get(id(obj))
        if place is None and type(obj) is FunctionType:
            return f"function `{obj.__module__}.{obj.__qualname__}`"
        if place is None and type(obj) is int:
            return f"the int `{short(obj)}`"  # small ones are shared by all modules
        if place is None:
            place = self._in_modules.get(id(obj))
        kind = type_name(type(obj))
        if place is None:
            return f"a {kind}" if _is_container(obj) else f"`{short(obj)}`, of type {kind}"
        if place.startswith("`"):
            return place
        if not _is_container(obj):
            return f"`{short(obj)}`, {place}"
        return f"a {kind}, {place}" if place.startswith("a ") else f"a {kind} {place}"

    @cached_property
    def _inside(self) -> dict[int, str]:
        """Return where the objects are that the arguments, or the function, lead to."""
        places: dict[int, str] = {}
        roots = [*self._roots, *_parts_of(self._fn)]
        layer = [(obj, place) for place, obj in roots]
        for _ in range(_DEPTH):
            following = []
            for obj, place in layer:
                if issubclass(type(obj), type | ModuleType) or _is_namespace(obj):
                    continue
                for inner in _referents(obj):
                    if id(inner) not in places and id(inner) not in self._names:
                        places[id(inner)] = place
                        following.append((inner, place))
                        if len(places) > _MAX_INSIDE:
                            return places
            layer = following
        return places

    @cached_property
    def _in_modules(self) -> dict[int, str]:
        return dict(_places_in_modules())


def is_type(obj: object) -> TypeGuard[type]:
    """Return whether an object is a type, without asking it: a proxy would tell another's."""
    return issubclass(type(obj), type)


def type_name(kind: type) -> str:
    """Return a type's name with its module's: ``package.Type``; ``int`` for a built-in one."""
    module = getattr(kind, "__module__", None)
    if not isinstance(module, str) or module == "builtins":
        return kind.__qualname__
    return f"{module}.{kind.__qualname__}"


def short(obj: object) -> str:
    """Return an object's repr() on one short line; its type's name if repr() fails."""
    try:
        text = _SHORT.repr(obj)
    except Exception:
        text = f"<{type_name(type(obj))} object>"
    line = " ".join(text.split()).replace("`", "'")
    return line if len(line) <= _MAX_TEXT else f"{line[:_MAX_TEXT]}..."


def _parts_of(fn: object) -> Iterator[tuple[str, object]]:
    if isinstance(fn, FunctionType):
        yield "a default of the function", fn.__defaults__
        yield "a default of the function", fn.__kwdefaults__
        for name, cell in zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=True):
            yield f"in the function's variable {name!r}", cell
        yield _CONSTANT, fn.__code__
    owner = getattr(fn, "__self__", None)
    if owner is not None and not isinstance(owner, ModuleType):
        yield "inside the object whose method is called", (owner,)


def _referents(obj: object) -> list[object]:
    """Return what an object refers to, with what the collector needn't know."""
    found = gc.get_referents(obj)
    if type(obj) is dict:
        found += obj
    elif type(obj) is CodeType:
        found += obj.co_consts
    return found


def _is_container(obj: object) -> bool:
    return any(type(obj) is kind for kind in _CONTAINERS)  # a metaclass may have its own ==


def _is_namespace(obj: object) -> bool:
    return type(obj) is dict and "__builtins__" in obj


def _places_in_modules() -> Iterator[tuple[int, str]]:
    """Yield where the objects are that modules lead to; the better name last."""
    modules = [
        (name, vars(module))
        for name, module in list(sys.modules.items())
        if issubclass(type(module), ModuleType) and not name.startswith("gilext")
    ]
    for name, namespace in modules:
        for key, value in list(namespace.items()):
            if _is_container(value) and not _is_namespace(value) and key != "__dict__":
                for inner in _referents(value):
                    yield id(inner), f"in `{name}.{key}`"
    for _, namespace in modules:
        for value in list(namespace.values()):
            if is_type(value):
                for inner_key, inner in list(vars(value).items()):
                    yield id(inner), f"`{type_name(value)}.{inner_key}`"
    for name, namespace in reversed(modules):
        for key, value in list(namespace.items()):
            yield id(value), f"`{name}.{key}`"
