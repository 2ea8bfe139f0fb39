"""What is installed here: the environment of a measurement, and the bindings that are built."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec

from gilext.core import environment
from gilext.core.environment import Environment
from gilext.core.report import Report, facts
from gilext.loops.catalogue import LOOPS

_NEEDED_MODULES = {
    "cffi_api": "gilext._cffi_loops",
    "cffi_abi": "cffi",
    "ctypes_cdll": "ctypes",
    "ctypes_pydll": "ctypes",
}


@dataclass(frozen=True, slots=True)
class Installation(Environment):
    """What `info` found: an `Environment`, and the bindings.

    Attributes
    ----------
    bindings : tuple of str
        The bindings that are built and can be imported here.
    """

    bindings: tuple[str, ...]

    def report(self) -> Report:
        """Return a list of what was found."""
        report = Environment.report(self)
        return replace(
            report, body=(facts(*report.tables[0].rows, ("bindings", ", ".join(self.bindings))),)
        )


def info() -> Installation:
    """Return what a measurement in this process depends on, and which bindings are built."""
    return Installation(**asdict(environment.info()), bindings=built_bindings())


def built_bindings() -> tuple[str, ...]:
    """Return the names of the bindings whose modules are at hand."""
    return tuple(
        binding.name
        for binding in LOOPS["spin"].bindings
        if binding.name not in _NEEDED_MODULES
        or find_spec(_NEEDED_MODULES[binding.name]) is not None
    )
