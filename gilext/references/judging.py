"""From what has grown to what leaks: each thing once, by the name of what it is."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import ceil, inf

from gilext._native import is_immortal, refcount
from gilext.core.units import in_bytes
from gilext.references.caches import GrowingCache, LruCaches, calls_to_fill
from gilext.references.explaining import Remains, Traced, remains_of, trace
from gilext.references.growth import NEARLY_ONE, Trend
from gilext.references.leak_report import Leak
from gilext.references.object_names import ObjectNames, is_type, type_name
from gilext.references.rounds import Watched
from gilext.references.search import Search
from gilext.references.stages import Found
from gilext.references.usage import EXPLAINED_BY_OTHERS, MEMORY, PLACES, RESOURCES, UNITS
from gilext.references.wording import in_rate, size_in_rate

# What holds this share of the growth of something explains it.
_EXPLAINED = 0.7
_MAX_SHOWN_TYPES = 3
_MAX_SHOWN_OBJECTS = 10
_SHOWN_RATE = 0.01
_RESULTS = 10
# Memory is taken from the system in pieces, larger than what is needed of them.
_MOST_PER_EXPLAINED = 3
# What a place in a list or dict takes at most, with what is kept free.
_BYTES_PER_ITEM = 128


@dataclass(slots=True)
class Verdict:
    """What leaks.

    Attributes
    ----------
    leaks, possible : list of Leak
        What does beyond doubt, and what may.
    traced, notes : tuple of str
        The lines that allocated what is left, and why something is only possible.
    calls_to_fill : float
        How many more calls would fill the caches that may explain what grows; 0 if there are none.
    """

    leaks: list[Leak]
    possible: list[Leak]
    traced: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    calls_to_fill: float = 0


@dataclass(slots=True)
class Judge:
    """Judges what a search has found.

    Parameters
    ----------
    function : str
        What is called.
    watched : Watched
        What was counted.
    call, call_many : callable
        Make one call and return its result, and make as many calls as they are told.
    names : ObjectNames
        What objects are called.
    traces : bool
        Whether lines are wanted.
    per : str
        What a call is called in texts.
    """

    function: str
    watched: Watched
    call: Callable[[], object]
    call_many: Callable[[int], None]
    names: ObjectNames
    traces: bool = False
    per: str = "call"
    _found: Found = field(init=False)
    _remains: Remains = field(init=False)
    _traced: Traced = field(init=False)

    def judge(self, found: Found) -> Verdict:
        """Return what leaks."""
        self._found, calls = found, found.calls_to_explain
        possible = [
            self._usage_leak(name, found.usage[name])
            for name in found.possible
            if name in found.usage and name not in EXPLAINED_BY_OTHERS
            if name != "heap" or not found.sizes  # a list that grows is moved now and then
        ]
        self._traced = Traced(0.0, 0.0, 0.0, ())
        if self.traces or set(MEMORY) & set(found.growing):
            self._traced = trace(self.function, self.call_many, calls, self.per)
        lines = self._traced.lines if self.traces else ()
        if not found.leaks:
            return Verdict([], possible, lines)
        caches = LruCaches(self.watched.census)
        dicts = caches.dicts
        containers = [
            place
            for place, one in found.sizes.items()
            if one.per_call > 0 and id(self.watched.census[place]) not in dicts
        ]
        keepers = containers + caches.places
        self._remains = remains_of(self.watched, self.call_many, calls, keepers)
        leaks = self._resources() + self._references(are_kept=False)
        if self._starts_threads:
            return Verdict(self._lost() + leaks, [], lines)
        of_caches, kept = self._references(are_kept=True), self._containers(containers)
        filling = caches.growth(calls)
        kept += [self._cache_leak(one) for one in filling] + self._memory()
        to_fill = [one.calls_to_fill for one in filling]
        growing = {place: found.sizes[place].per_call for place in containers}
        to_fill.append(calls_to_fill(self.watched.census, growing))
        # A list that takes the place of another one isn't in the census.
        is_unsure = found.is_out_of_time and not containers and self._remains.are_kept
        if any(to_fill) or is_unsure:
            possible = of_caches + kept + possible
        else:
            leaks += of_caches + kept
        leaks = self._lost() + leaks
        if not leaks and not possible and "references" in found.growing:
            leaks.append(self._usage_leak("references", found.usage["references"]))
        return Verdict(leaks, possible, lines, tuple(map(str, filling)), max(to_fill))

    @property
    def _starts_threads(self) -> bool:
        """Whether threads are left: each has a stack, and refers to what it runs."""
        return bool({"threads", "native threads"} & set(self._found.growing))

    def _references(self, *, are_kept: bool) -> list[Leak]:
        """Return the objects with more references: those that containers keep, or the others."""
        leaks = []
        for place, trend in self._found.references.items():
            obj, enough = self.watched.census[place], _EXPLAINED * trend.per_call
            is_kept = self._remains.kept.get(place, 0.0) >= enough
            # What the objects that are left refer to isn't forgotten apart from them.
            is_held = self._starts_threads or self._remains.held.get(place, 0.0) >= enough
            # Nor is the type of the entries of a cache.
            is_told = is_held or (is_kept and is_type(obj))
            if is_told and not self.names.is_given(obj):
                continue
            if trend.per_call > 0 and is_kept == are_kept:
                name = self.names.name(obj)
                text = f"leaks {self._rate(trend.per_call, 'reference', f' to {name}')}"
                leaks.append(_leak(name, "reference", trend, text))
        leaks.sort(key=lambda leak: -leak.per_call)
        return leaks[:_MAX_SHOWN_OBJECTS]

    def _lost(self) -> list[Leak]:
        if any(trend.per_call < 0 for trend in self._found.sizes.values()):
            return []  # a container was emptied
        leaks = []
        for place, trend in self._found.references.items():
            if trend.per_call < 0:
                self.watched.give_back(place)
                name = self.names.name(self.watched.census[place])
                lost = self._rate(-trend.per_call, "reference", f" to {name}")
                text = f"loses {lost}: it will be freed while it is in use, and the process crashes"
                leaks.append(_leak(name, "lost reference", trend, text))
        return leaks

    def _containers(self, places: list[int]) -> list[Leak]:
        leaks = []
        for place in places:
            trend, name = self._found.sizes[place], self.names.name(self.watched.census[place])
            text = f"adds {self._rate(trend.per_call, 'item', f' to {name}')}"
            leaks.append(_leak(name, "item", trend, text))
        return leaks

    def _memory(self) -> list[Leak]:
        """Return the leaks of memory: the result, blocks, and what no block explains."""
        growing, usage, traced = self._found.growing, self._found.usage, self._traced
        leaks = self._result() if {"memory", "heap"} & set(growing) else []
        blocks = self._blocks()
        if blocks.is_sure and not leaks:
            text = f"leaks {self._rate(blocks.per_call, 'memory block')}"
            if details := [part for part in (self._size(blocks), self._types()) if part]:
                text += f" ({', '.join(details)})"
            leaks.append(_leak("memory", "memory block", blocks, text, traced.bytes or None))
        explained = self._bytes_of_blocks(blocks.is_sure)
        explained += _BYTES_PER_ITEM * sum(
            max(0.0, one.per_call) for one in self._found.sizes.values()
        )
        heap = usage["heap"].per_call if "heap" in growing else 0.0
        if heap - explained > (1 - _EXPLAINED) * heap:
            leaks.append(self._usage_leak("heap", usage["heap"]))
        explained = max(heap, explained) + traced.bytes
        for name in ("address space", "private memory"):
            size = usage[name].per_call if name in growing else 0.0
            if size > _MOST_PER_EXPLAINED * explained:
                leaks.append(self._usage_leak(name, usage[name]))
                explained = inf
        return leaks

    def _blocks(self) -> Trend:
        """Return the blocks that grow; if they aren't counted, those that were traced."""
        blocks, heap = self._found.usage["memory"], self._found.usage["heap"]
        if blocks.is_known or "heap" not in self._found.growing:
            return replace(blocks, is_sure="memory" in self._found.growing)
        per_call = self._traced.blocks
        is_sure = self._traced.bytes_of_malloc >= _EXPLAINED * heap.per_call
        return Trend(per_call, per_call * heap.error / heap.per_call, is_sure)

    def _bytes_of_blocks(self, are_leaked: bool) -> float:
        """Return how much of malloc()'s heap the leaked blocks explain, per call.

        Without an allocator of Python's own, all that it allocates comes from malloc(). With one, it
        also traces blocks that it doesn't count: those of ``PyMem_RawMalloc()``.
        """
        if not self._found.usage["memory"].is_known:
            return self._traced.bytes_of_malloc
        return self._traced.large_bytes if are_leaked else 0.0

    def _result(self) -> list[Leak]:
        """Return the leak of the result, if something keeps it alive that can't be seen."""
        self.watched.thaw()
        kinds = [kind for kind in (self._kind_if_kept() for _ in range(_RESULTS)) if kind]
        if not kinds:
            return []
        rate = len(kinds) / _RESULTS
        text = f"leaks {self._rate(rate, 'reference', f' to its result, a {kinds[0]}')}"
        return [Leak("the result", "reference", rate, 0.0, self._traced.bytes or None, text)]

    def _kind_if_kept(self) -> str:
        result = self.call()
        if is_immortal(result) or refcount(result) <= 1 or self.names.is_given(result):
            return ""
        return "" if gc.get_referrers(result) else type_name(type(result))

    def _size(self, blocks: Trend) -> str:
        """Return how large the blocks of a call are, or each of them if there are few."""
        traced = self._traced
        if not traced.bytes:
            return ""
        if blocks.per_call >= NEARLY_ONE:
            return in_bytes(traced.bytes)
        return f"{in_bytes(traced.bytes / traced.blocks)} each"

    def _types(self) -> str:
        types = [f"`{name}`" for name, rate in self._remains.types.items() if rate >= _SHOWN_RATE]
        return f"with objects of type {' and '.join(types[:_MAX_SHOWN_TYPES])}" if types else ""

    def _resources(self) -> list[Leak]:
        growing = [name for name in RESOURCES if name in self._found.growing]
        if "threads" in growing and "native threads" in growing:
            growing.remove("native threads")
        return [self._usage_leak(name, self._found.usage[name]) for name in growing]

    def _rate(self, per_call: float, noun: str, whose: str = "") -> str:
        return in_rate(per_call, noun, whose, self.per)

    def _cache_leak(self, cache: GrowingCache) -> Leak:
        text = f"adds {self._rate(cache.per_call, 'entry', f' to {cache.name}')}"
        return Leak(cache.name, "item", cache.per_call, 0.0, None, text)

    def _usage_leak(self, name: str, trend: Trend) -> Leak:
        unit = UNITS[name]
        if unit == "byte":
            text = f"leaks {size_in_rate(trend.per_call, PLACES[name], self.per)}"
            return _leak(name, unit, trend, text, trend.per_call)
        return _leak(name, unit, trend, f"leaks {self._rate(trend.per_call, unit)}")


def find_leaks(search: Search, judge: Judge) -> tuple[Found, Verdict]:
    """Search and judge; do so once more if caches may explain what grows and can be filled."""
    found = search.run()
    verdict = judge.judge(found)
    if verdict.calls_to_fill and search.can_call(verdict.calls_to_fill):
        judge.call_many(ceil(verdict.calls_to_fill))
        found = search.run_again()
        verdict = judge.judge(found)
    return found, verdict


def _leak(of: str, kind: str, trend: Trend, text: str, size: float | None = None) -> Leak:
    return Leak(of, kind, trend.per_call, trend.error, size, text)
