"""How much of each process the page has in it: all of a single one, and of many what fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from gilext.core.units import in_words
from gilext.recording.results import Recording

MAX_LANES = 1000
MAX_HOLDS = 250_000  # about 5 MB
MAX_ROWS = 150_000  # of what threads did in buckets of time, about 3 MB
MAX_STALLS = 5_000
MAX_PAUSES = 5_000
_MAX_VICTIMS = 10
_MIN_LANES = 5
_MIN_BUCKETS = 500


@dataclass(frozen=True, slots=True)
class Detail:
    """What is drawn of one process.

    Attributes
    ----------
    lanes : int
        For how many threads there is a lane at most, besides one for the rest.
    bucket_seconds : float
        The length of the buckets in which held time is added up; 0 if each hold is drawn.
    stalls : tuple of int
        Which stalls are drawn, in order, as indices.
    pauses : tuple of int
        Which stops of the world are drawn, in order, as indices.
    victims : int or None
        How many of those that waited in a stall are named, the longest first; None for all.
    joined : int
        How many buckets of what threads did are drawn as one.
    """

    lanes: int
    bucket_seconds: float
    stalls: tuple[int, ...]
    pauses: tuple[int, ...]
    victims: int | None = None
    joined: int = 1


def details_of(recordings: Sequence[Recording]) -> list[Detail]:
    """Return what is drawn of each process: of several, only as much as the page can have."""
    if len(recordings) == 1:
        (only,) = recordings
        return [Detail(MAX_LANES, 0.0, _all(only.stalls), _all(only.pauses))]
    lanes = max(_MIN_LANES, MAX_LANES // len(recordings))
    spans = _shares([len(one.holds) for one in recordings], MAX_HOLDS)
    rows = _shares([len(one.activity.rows) for one in recordings], MAX_ROWS)
    stalls = _longest(
        [[stall.hold.seconds for stall in one.stalls] for one in recordings], MAX_STALLS
    )
    pauses = _longest([[pause.seconds for pause in one.pauses] for one in recordings], MAX_PAUSES)
    return [
        Detail(
            lanes=lanes,
            bucket_seconds=_bucket_seconds(one, spans[place], lanes),
            stalls=stalls[place],
            pauses=pauses[place],
            victims=_MAX_VICTIMS,
            joined=ceil(len(one.activity.rows) / max(rows[place], 1)) or 1,
        )
        for place, one in enumerate(recordings)
    ]


def left_out(recordings: Sequence[Recording], details: Sequence[Detail]) -> str:
    """Return what isn't drawn, in a sentence; nothing if all is."""
    widths = [one.bucket_seconds for one in details if one.bucket_seconds]
    stalls = sum(len(one.stalls) for one in recordings) - sum(len(one.stalls) for one in details)
    pauses = sum(one.pauses_seen or 0 for one in recordings)
    pauses -= sum(len(one.pauses) for one in details)
    said = []
    if widths:
        said.append(
            f"Of {len(widths):,} of the {len(details):,} processes, held time is drawn in steps of "
            f"up to {in_words(max(widths))}, and not hold by hold, to keep this page small."
        )
    if stalls:
        said.append(f"{stalls:,} shorter stalls aren't drawn.")
    if pauses:
        said.append(f"{pauses:,} shorter stops of the world aren't drawn.")
    return " ".join(said)


def _all(spans: Sequence[object]) -> tuple[int, ...]:
    return tuple(range(len(spans)))


def _shares(wanted: Sequence[int], total: int) -> list[int]:
    """Divide a number: none gets more than it wants, and all that get less get the same."""
    shares = [0] * len(wanted)
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    for done, place in enumerate(order):
        shares[place] = min(wanted[place], total // (len(order) - done))
        total -= shares[place]
    return shares


def _bucket_seconds(recording: Recording, spans: int, lanes: int) -> float:
    if len(recording.holds) <= spans:
        return 0.0
    buckets = max(_MIN_BUCKETS, spans // min(len(recording.by_thread), lanes + 1))
    return recording.seconds / buckets


def _longest(seconds: Sequence[Sequence[float]], limit: int) -> list[tuple[int, ...]]:
    """Return of each process which of its stalls or stops are among the longest of all."""
    found = [
        (length, process, place)
        for process, of_process in enumerate(seconds)
        for place, length in enumerate(of_process)
    ]
    found.sort(key=lambda item: -item[0])
    kept: list[list[int]] = [[] for _ in seconds]
    for _, process, place in found[:limit]:
        kept[process].append(place)
    return [tuple(sorted(places)) for places in kept]
