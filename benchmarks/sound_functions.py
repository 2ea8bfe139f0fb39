"""Functions that leak nothing, by the hundred: what check_leaks() must not accuse."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Case:
    """A call that leaks nothing.

    Attributes
    ----------
    name : str
        What it is called in the output.
    fn : callable
        What is called.
    args : tuple
        With what.
    options : dict
        Keywords of check_leaks() and of the function.
    """

    name: str
    fn: Callable[..., object]
    args: tuple[Any, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)


class Sound:
    """Collects cases.

    Parameters
    ----------
    package : str
        Whose functions they are.
    """

    def __init__(self, package: str) -> None:
        self.package = package
        self.cases: dict[str, Case] = {}

    def call(self, fn: Callable[..., object], *args: Any, **options: Any) -> None:
        """Add a call of a function."""
        module = getattr(fn, "__module__", None)
        if not isinstance(module, str):
            module = type(getattr(fn, "__self__", fn)).__module__
        parts = [module, getattr(fn, "__qualname__", type(fn).__qualname__)]
        self._add(".".join(part for part in parts if part != "builtins"), fn, args, options)

    def __call__(self, fn: Callable[..., object]) -> Callable[..., object]:
        """Add a function that is called without arguments, by its own name."""
        self._add(fn.__name__, fn, (), {})
        return fn

    def _add(
        self, name: str, fn: Callable[..., object], args: tuple[Any, ...], options: dict[str, Any]
    ) -> None:
        same = sum(other.partition(" ")[0] == name for other in self.cases)
        unique = f"{name} ({same + 1})" if same else name
        self.cases[unique] = Case(unique, fn, args, options)
