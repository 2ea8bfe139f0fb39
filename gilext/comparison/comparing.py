"""Question 1: what holding or releasing the GIL does to a CPU-heavy C loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from gilext.comparison.crews import Crew, workload
from gilext.comparison.timing import RunTiming, Workload
from gilext.comparison.ways import BASELINE, DEFAULT_WAYS, LIMIT, WAYS, Way
from gilext.core.checks import check_count, check_seconds
from gilext.core.environment import Environment, environment_line, info
from gilext.core.medians import median
from gilext.core.report import Column, Report, Table, counted, share
from gilext.core.results import Result
from gilext.loops.catalogue import Loop
from gilext.loops.catalogue import loop as loop_named

Progress = Callable[[int, int, str], None]

_MIN_DEFAULT_WORKERS = 2
_MAX_DEFAULT_WORKERS = 4
_MAX_WORKERS = 1024
_MAX_ROUNDS = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """One way's figures over all rounds.

    Attributes
    ----------
    way, title : str
        Which way, as a name and in words.
    workers : int
        How many workers ran at once, each making the same call.
    wall_seconds, cpu_seconds : float
        Median over the rounds: from the first start to the last end; CPU time of all workers.
    speedup : float
        Work done in the time in which one worker does one call: workers x baseline / wall, the
        median over the rounds, each against its own round's baseline.
    speedup_low, speedup_high : float
        The least and the greatest over the rounds.
    limit_share : float
        The speedup over that of plain OS threads in the same round, median over the rounds.
    wall_seconds_by_round : tuple of float
        The measurements themselves.
    """

    way: str
    title: str
    workers: int
    wall_seconds: float
    cpu_seconds: float
    speedup: float
    speedup_low: float
    speedup_high: float
    limit_share: float
    wall_seconds_by_round: tuple[float, ...]


_ABOVE_LIMIT = "A row is above 100 % of the limit: other programs held up the plain OS threads in those rounds."
_NO_GIL = (
    "There is no GIL here to hold: the held variants stay attached for the whole call, the released "
    "ones detach. A garbage collection in another thread waits for the one that stays attached: "
    "gilext lab attached_call."
)


@dataclass(frozen=True, slots=True)
class Comparison(Result):
    """What `compare` measured.

    Attributes
    ----------
    loop, unit : str
        The loop and what its sizes count.
    size, python_size : int
        Size of a call in C, and in pure Python (0 if that wasn't run).
    workers, rounds : int
        How many workers a row has, and how often each row ran.
    rows : tuple of Row
        The baseline first, the machine's limit last.
    skipped : tuple of str
        Ways that can't run here, each with the reason.
    environment : Environment
        Interpreter, GIL and cores.
    verdict : str
        The outcome in one sentence.
    """

    loop: str
    unit: str
    size: int
    python_size: int
    workers: int
    rounds: int
    rows: tuple[Row, ...]
    skipped: tuple[str, ...]
    environment: Environment
    verdict: str

    def row(self, way: str) -> Row:
        """Return the row of a way.

        Raises
        ------
        KeyError
            When that way was not run.
        """
        return {row.way: row for row in self.rows}[way]

    def report(self) -> Report:
        """Return the rows as a table, and the verdict."""
        columns = (
            Column("way", is_text=True),
            Column("wall ms", ".1f"),
            Column("CPU ms", ".1f"),
            Column("speedup", ".2f"),
            Column("spread"),
            Column("of limit", ".0%"),
            Column(is_bar=True),
        )
        fastest = max((row.speedup for row in self.rows), default=0.0)
        rows = tuple(
            (
                row.title,
                row.wall_seconds * 1e3,
                row.cpu_seconds * 1e3,
                row.speedup,
                "" if row.way == "one" else f"{row.speedup_low:.2f}-{row.speedup_high:.2f}",
                row.limit_share,
                share(row.speedup, fastest),
            )
            for row in self.rows
        )
        released = frozenset(i for i, row in enumerate(self.rows) if row.way == "released")
        return Report(
            title=f"{self.loop}, {self.size:,} {self.unit} per call, "
            f"{counted(self.workers, 'worker')}, {counted(self.rounds, 'round')}",
            place=environment_line(self.environment),
            body=(Table(columns, rows, strong=released), self.verdict),
            notes=(
                *(f"Left out: {reason}" for reason in self.skipped),
                *([_ABOVE_LIMIT] if any(row.limit_share > 1.1 for row in self.rows) else []),
                *([] if self.environment.gil_enabled else [_NO_GIL]),
            ),
        )


def compare(
    loop: str = "spin",
    *,
    workers: int | None = None,
    ways: Iterable[str] | None = None,
    seconds: float = 0.1,
    rounds: int = 5,
    progress: Progress | None = None,
) -> Comparison:
    """Measure what holding and releasing the GIL do to one C loop in several workers.

    Each round runs every way once, so that a machine that slows down slows all of them. Every
    worker of every way makes the same call; pure Python makes a smaller one, and is judged
    against one pure Python worker of the same round.

    Parameters
    ----------
    loop : str
        ``"spin"``, ``"count_primes"`` or ``"checksum"``.
    workers : int, optional
        How many run at once, 1 to 1024; by default the usable cores, but 2 to 4.
    ways : iterable of str, optional
        What to run, out of `WAYS`; by default all but ``"cffi_abi"``. The baseline and the
        machine's limit always run.
    seconds : float
        How long one call should take, above 0; its size is chosen by measurement.
    rounds : int
        How often to run each way, 1 to 10,000.
    progress : callable, optional
        Called as ``progress(done, total, title)`` before each run and once after the last.

    Returns
    -------
    Comparison

    Raises
    ------
    TypeError, ValueError
        When an argument has the wrong type or is out of its range.
    """
    chosen = loop_named(loop)
    picked = _picked_ways(DEFAULT_WAYS if ways is None else ways)
    rounds = check_count("rounds", rounds, maximum=_MAX_ROUNDS)
    seconds = check_seconds("seconds", seconds, is_open=True)
    environment = info()
    if workers is None:
        workers = min(int(environment.usable_cores or 0), _MAX_DEFAULT_WORKERS)
        workers = max(workers, _MIN_DEFAULT_WORKERS)
    workers = check_count("workers", workers, maximum=_MAX_WORKERS)

    with ExitStack() as stack:
        series, skipped = _start_crews(stack, chosen, workers, seconds, picked)
        _run_rounds(series, rounds, progress or _no_progress)
    rows = _rows_of(series)
    python_size = max(
        (one_series.work.size for one_series in series if one_series.way.is_python), default=0
    )
    return Comparison(
        loop=chosen.name,
        unit=chosen.unit,
        size=series[0].work.size,
        python_size=python_size,
        workers=workers,
        rounds=rounds,
        rows=rows,
        skipped=skipped,
        environment=environment,
        verdict=verdict_of(rows, environment.gil_enabled),
    )


def _picked_ways(names: Iterable[str]) -> list[Way]:
    if isinstance(names, str) or not isinstance(names, Iterable):
        kind = type(names).__name__
        raise TypeError(f"argument 'ways' must be an iterable of names, not one {kind}")
    chosen = list(names)
    if wrong := [name for name in chosen if not isinstance(name, str)]:
        raise TypeError(f"argument 'ways' must be an iterable of names, but has {wrong[0]!r}")
    if unknown := sorted(set(chosen) - WAYS.keys()):
        raise ValueError(
            f"argument 'ways': there is no {unknown[0]!r}; choose from {', '.join(WAYS)}"
        )
    return [way for way in WAYS.values() if way.name in chosen]


def _no_progress(done: int, total: int, title: str) -> None:
    pass


@dataclass(slots=True)
class _Series:
    """A way with its crew, its work and, round by round, its timings."""

    way: Way
    crew: Crew
    work: Workload
    baseline: _Series | None
    timings: list[RunTiming]


def _start_crews(
    stack: ExitStack, loop: Loop, workers: int, seconds: float, ways: Sequence[Way]
) -> tuple[list[_Series], tuple[str, ...]]:
    """Return the series in the order in which a round runs them, and what can't run here."""

    def one_series(way: Way, size: int, work: Workload, baseline: _Series | None) -> _Series:
        return _Series(way, stack.enter_context(way.start(loop, size)), work, baseline, [])

    work = workload(loop.argument, loop.held, seconds)
    baseline = one_series(BASELINE, 1, work, None)
    series = [baseline]
    skipped = []
    for way in ways:
        try:
            if way.is_python:
                python_work = workload(loop.argument, loop.binding("python").call, seconds)
                lone = one_series(way, 1, python_work, None)
                series += [lone, one_series(way, workers, python_work, lone)]
            else:
                series.append(one_series(way, workers, work, baseline))
        except ImportError as error:
            skipped.append(f"{way.title}: {error}")
    series.append(one_series(LIMIT, workers, work, baseline))
    return series, tuple(skipped)


def _run_rounds(series: Sequence[_Series], rounds: int, progress: Progress) -> None:
    """Run every one_series once a round, every other round backwards.

    So a machine that slows down steadily favours no one_series over another.
    """
    total = rounds * len(series)
    done = 0
    for number in range(rounds):
        for one_series in series if number % 2 == 0 else reversed(series):
            progress(done, total, one_series.way.title)
            one_series.timings.append(one_series.crew.run(one_series.work))
            done += 1
    progress(done, total, "")


def _rows_of(series: Sequence[_Series]) -> tuple[Row, ...]:
    limits = _speedups(series[-1])
    shown = [
        one_series
        for one_series in series
        if one_series.baseline is not None or one_series.way is BASELINE
    ]
    return tuple(_row_of(one_series, limits) for one_series in shown)


def _speedups(one_series: _Series) -> list[float]:
    base = one_series if one_series.baseline is None else one_series.baseline
    return [
        one_series.crew.workers * alone.wall_seconds / timing.wall_seconds
        for timing, alone in zip(one_series.timings, base.timings, strict=True)
    ]


def _row_of(one_series: _Series, limits: Sequence[float]) -> Row:
    speedups = _speedups(one_series)
    walls = tuple(timing.wall_seconds for timing in one_series.timings)
    return Row(
        way=one_series.way.name,
        title=one_series.way.title,
        workers=one_series.crew.workers,
        wall_seconds=median(walls),
        cpu_seconds=median(timing.cpu_seconds for timing in one_series.timings),
        speedup=median(speedups),
        speedup_low=min(speedups),
        speedup_high=max(speedups),
        limit_share=median(s / limit for s, limit in zip(speedups, limits, strict=True)),
        wall_seconds_by_round=walls,
    )


def verdict_of(rows: Sequence[Row], gil_enabled: bool) -> str:
    """Say in one sentence, with its figures, what the rows show.

    The conclusion is drawn from the run alone: on a machine that gives less than 1.3 cores to
    two plain OS threads, no row can show parallelism, and the sentence says that. Without a GIL
    the variants are called detached and attached: there is nothing to release or to hold.
    """
    detached, attached = (
        ("with the GIL released", "with the GIL held") if gil_enabled else ("detached", "attached")
    )
    by_way = {row.way: row for row in rows}
    limit, released, held = by_way["limit"], by_way.get("released"), by_way.get("held")
    threads = []
    if released is not None:
        share = f"{released.limit_share:.0%} of that limit"
        threads.append(f"{released.speedup:.2f} times {detached} ({share})")
    if held is not None:
        threads.append(f"{held.speedup:.2f} times {attached}")
    figures = [f"{limit.workers} plain OS threads did {limit.speedup:.2f} times the work of one"]
    if threads:
        figures.append(f"Python threads did {' and '.join(threads)}")
    return f"{'; '.join(figures)}: {_conclusion(limit, released, held, gil_enabled)}."


def _conclusion(limit: Row, released: Row | None, held: Row | None, gil_enabled: bool) -> str:
    if limit.workers == 1:
        return "one worker can't show more"
    gain = limit.speedup - 1
    if gain < 0.3:
        anyway = "whatever holds the GIL" if gil_enabled else "with a GIL or without one"
        return f"here hardly more than one thread runs at a time, {anyway}"
    if released is None or held is None:
        return f"run both variants to see what {'the GIL' if gil_enabled else 'detaching'} does"
    has_released_gained = released.speedup > 1 + 0.5 * gain
    if gil_enabled and has_released_gained and held.speedup < 1 + 0.25 * gain:
        return "the loop runs on several cores only when it releases the GIL"
    if not gil_enabled and has_released_gained and held.speedup > 1 + 0.5 * gain:
        return "there is no GIL, and both run on several cores"
    return "too noisy a run to tell, so try more rounds"
