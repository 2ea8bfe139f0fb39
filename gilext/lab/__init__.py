"""The lab: one experiment a module, a function that returns a result.

`EXPERIMENTS` is their catalogue, in the order in which one would teach them.
"""

from __future__ import annotations

from gilext.lab.catalogue import EXPERIMENTS, Experiment

__all__ = ["EXPERIMENTS", "Experiment"]
