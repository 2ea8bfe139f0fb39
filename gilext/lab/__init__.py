"""The lab: one experiment a module, a function that returns a result.

`EXPERIMENTS` is their catalogue, in the order in which one would teach them. It is loaded when it
is first used, so that a worker process can import a single module of the lab in little time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gilext.core.lazy import lazy_attribute

if TYPE_CHECKING:
    from gilext.lab.catalogue import EXPERIMENTS, Experiment

__all__ = ["EXPERIMENTS", "Experiment"]


def __getattr__(name: str) -> Any:
    return lazy_attribute(globals(), dict.fromkeys(__all__, "catalogue"), name)
