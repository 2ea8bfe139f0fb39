"""What the tags of a wheel mean: which CPython loads which file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

# What is for a version of the stable ABI is for each later version, as far as anyone plans.
_LATEST_MINOR = 40
_STABLE = {"abi3", "abi3t"}
_FIRST_ABI3T = 15


class Tag(NamedTuple):
    """One tag of a wheel: ``"cp313-abi3-win_amd64"``."""

    interpreter: str
    abi: str
    platform: str

    @property
    def minor(self) -> int | None:
        """The minor version of CPython 3 that it begins with; None if it is for another."""
        return minor_of(self.interpreter)

    @property
    def minors(self) -> range:
        """The minor versions of CPython 3 that it is for; empty if it is for another."""
        if self.minor is None:
            return range(0)
        is_open = self.abi in _STABLE or self.abi == "none"
        return range(self.minor, _LATEST_MINOR if is_open else self.minor + 1)


def parsed(tags: Iterable[str]) -> list[Tag]:
    """Return the tags that have the three parts that a tag has."""
    return [Tag(*parts) for tag in tags if len(parts := tag.split("-")) == 3]


def minor_of(tag: str) -> int | None:
    """Return the minor version of CPython 3 that an interpreter or an ABI tag names."""
    digits = tag.removeprefix("cp3").rstrip("tdm")
    return int(digits) if tag.startswith("cp3") and digits.isdecimal() else None


def is_free_threaded(abi: str | None) -> bool:
    """Return whether an ABI tag is one of free-threaded builds: ``"cp314t"``, ``"abi3t"``."""
    return abi is not None and (abi == "abi3t" or (minor_of(abi) is not None and "t" in abi))


def fits(abi: str, tag: Tag) -> bool:
    """Return whether each interpreter that a tag is for can load modules of an ABI.

    Free-threaded CPython 3.13 and 3.14 look for ``.abi3.so``, and 3.15 no longer does; from 3.15
    on, both builds look for ``.abi3t.so`` (PEP 803).

    Parameters
    ----------
    abi : str
        ``"cp313"``, ``"cp314t"``, ``"abi3"`` or ``"abi3t"``.
    tag : Tag
        The tag.
    """
    if tag.abi == "none" or tag.minor is None:
        return True
    if abi == "abi3t":
        return tag.minor >= _FIRST_ABI3T
    if abi == "abi3":
        return not is_free_threaded(tag.abi) or tag.minors[-1] < _FIRST_ABI3T
    return abi == tag.abi
