"""The catalogue: each loop, its two variants, and the other ways to call it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from gilext import _native
from gilext._native import PRIMES_LIMIT
from gilext.loops import foreign as bindings
from gilext.loops import pure as python_loops

_Named = TypeVar("_Named")


@dataclass(frozen=True, slots=True)
class Binding:
    """One way to call a loop.

    Attributes
    ----------
    name : str
        A short name: ``"held"``, ``"released"``, ``"cffi_api"``, ``"cffi_abi"``,
        ``"ctypes_cdll"``, ``"ctypes_pydll"`` or ``"python"``.
    title : str
        The same in words.
    holds_gil : bool
        Whether a call holds the GIL while the loop runs. ``"python"`` does, but hands it over
        at the switch interval.
    load : callable
        Takes nothing; imports what the binding needs and returns the loop as it calls it.
    """

    name: str
    title: str
    holds_gil: bool
    load: Callable[[], Callable[..., int]]

    @property
    def call(self) -> Callable[..., int]:
        """The loop, called this way: the same arguments and the same result in all bindings."""
        return self.load()


@dataclass(frozen=True, slots=True)
class Loop:
    """A CPU-heavy C loop and every way to call it.

    Attributes
    ----------
    name : str
        ``"spin"``, ``"count_primes"`` or ``"checksum"``.
    unit : str
        What the size of a call counts.
    held, released : callable
        The two variants in C.
    bindings : tuple of Binding
        All ways to call it, these two first.
    argument : callable
        Takes a size, at least 0, and returns the argument that makes a call so large.
    """

    name: str
    unit: str
    held: Callable[..., int]
    released: Callable[..., int]
    bindings: tuple[Binding, ...]
    argument: Callable[[int], int | bytes]

    def binding(self, name: str) -> Binding:
        """Return the binding of that name.

        Raises
        ------
        TypeError, ValueError
            When `name` isn't a str, or there is none.
        """
        return _pick("binding", name, {binding.name: binding for binding in self.bindings})


def loop(name: str) -> Loop:
    """Return a loop by its name.

    Parameters
    ----------
    name : str
        ``"spin"`` (a 64-bit integer chain), ``"count_primes"`` (a segmented sieve) or
        ``"checksum"`` (FNV-1a over a buffer).

    Raises
    ------
    TypeError, ValueError
        When `name` isn't a str, or there is no such loop.
    """
    return _pick("loop", name, LOOPS)


def _pick(kind: str, name: str, choices: Mapping[str, _Named]) -> _Named:
    if not isinstance(name, str):
        raise TypeError(f"the name of a {kind} must be str, not {type(name).__name__}")
    try:
        return choices[name]
    except KeyError:
        known = ", ".join(choices)
        raise ValueError(f"there is no {kind} named {name!r}; choose from {known}") from None


def _loop(name: str, unit: str, argument: Callable[[int], int | bytes]) -> Loop:
    held: Callable[..., int] = getattr(_native, f"{name}_held")
    released: Callable[..., int] = getattr(_native, f"{name}_released")
    pure: Callable[..., int] = getattr(python_loops, name)

    def foreign(
        functions: Callable[[], bindings.ForeignFunctions],
    ) -> Callable[[], Callable[..., int]]:
        return lambda: getattr(functions(), name)

    ways = (
        Binding("held", "C, held", True, lambda: held),
        Binding("released", "C, released", False, lambda: released),
        Binding("cffi_api", "cffi API mode", False, foreign(bindings.cffi_api)),
        Binding("cffi_abi", "cffi ABI mode", False, foreign(bindings.cffi_abi)),
        Binding("ctypes_cdll", "ctypes.CDLL", False, foreign(bindings.ctypes_cdll)),
        Binding("ctypes_pydll", "ctypes.PyDLL", True, foreign(bindings.ctypes_pydll)),
        Binding("python", "pure Python", True, lambda: pure),
    )
    return Loop(name, unit, held, released, ways, argument)


LOOPS = {
    entry.name: entry
    for entry in (
        _loop("spin", "iterations", lambda size: size),
        _loop("count_primes", "numbers", lambda size: min(size, PRIMES_LIMIT)),
        # Not bytes(size): the pages of that are all one page of zeros, and cost no memory traffic.
        _loop("checksum", "bytes", lambda size: b"\xff" * size),
    )
}
