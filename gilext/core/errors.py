"""The one error of its own that gilext raises; C raises it, so C makes it."""

from gilext._native import UnsupportedInterpreter

__all__ = ["UnsupportedInterpreter"]
