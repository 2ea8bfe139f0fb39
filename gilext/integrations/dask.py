"""``gilext.dask.watch()``: record who holds the GIL of each worker of a dask cluster."""

from __future__ import annotations

import uuid
from time import monotonic
from types import TracebackType
from typing import Any

from distributed import Client, get_client

from gilext.core.report import counted
from gilext.core.version import __version__
from gilext.integrations.dask_results import (
    ClusterRecording,
    WorkerPart,
    lines_together,
    tasks_together,
)
from gilext.integrations.dask_tasks import wall_minus_monotonic_ns
from gilext.integrations.dask_worker import begin, end
from gilext.recording.watch import DEFAULT_STALLS
from gilext.recording.watch import watch as watch_here

DEFAULT_MEMORY = 8 << 20

_Answer = tuple[str, WorkerPart | None]


class ClusterWatch:
    """A watch over the workers of a cluster while a block runs; see `watch`.

    After the block, `recording` has the `ClusterRecording`.
    """

    def __init__(self, client: Client, settings: dict[str, Any]) -> None:
        self._client = client
        self._settings = settings
        self._number = uuid.uuid4().hex
        self._begun: set[str] | None = None
        self._start = 0.0
        self._recording: ClusterRecording | None = None

    def __enter__(self) -> ClusterWatch:
        """Begin on each worker.

        Raises
        ------
        RuntimeError
            When the cluster has no workers, when a worker can't be watched, and when this was used
            before.
        TypeError
            When the client is asynchronous: ``async with`` is for that.
        """
        if self._client.asynchronous:
            raise TypeError("an asynchronous client needs `async with`")
        try:
            self._client.sync(self._begin)
        except KeyboardInterrupt:
            self._client.sync(self._ask, end)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End on each worker, and bring together what they saw."""
        try:
            self._client.sync(self._end)
        except Exception:
            if error is None:
                raise

    async def __aenter__(self) -> ClusterWatch:
        """Begin on each worker, as `__enter__` does."""
        await self._begin()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End on each worker, as `__exit__` does."""
        try:
            await self._end()
        except Exception:
            if error is None:
                raise

    @property
    def recording(self) -> ClusterRecording:
        """The recording, once the block has ended.

        Raises
        ------
        RuntimeError
            Before that.
        """
        if self._recording is None:
            raise RuntimeError("the recording is available after the with block")
        return self._recording

    def __str__(self) -> str:
        """Return the recording's text, once there is one."""
        return repr(self) if self._recording is None else str(self._recording)

    def _repr_html_(self) -> str | None:
        return None if self._recording is None else self._recording._repr_html_()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    async def _begin(self) -> None:
        if self._begun is not None:
            raise RuntimeError("a watch can be used only once")
        answers = await self._ask(begin, version=__version__, settings=self._settings)
        if not answers:
            raise RuntimeError("the cluster has no workers to watch")
        self._begun = {address for address, answer in answers.items() if answer is None}
        faults = [
            f"{address}: {_reason(answer)}"
            for address, answer in answers.items()
            if answer is not None
        ]
        if faults:
            await self._ask(end, workers=list(self._begun))
            raise RuntimeError(
                f"{counted(len(faults), 'worker')} can't be watched: {'; '.join(faults)}"
            )
        self._start = monotonic()

    async def _end(self) -> None:
        seconds = monotonic() - self._start
        try:
            answers = await self._ask(end)
        except Exception as reason:
            raise RuntimeError("there is no recording: the cluster is gone") from reason
        here_ns = wall_minus_monotonic_ns()
        parts = {
            answer[0]: answer[1]
            for answer in answers.values()
            if isinstance(answer, tuple) and answer[1] is not None
        }
        recordings = {process: part.on_clock(here_ns) for process, part in parts.items()}
        self._recording = ClusterRecording(
            seconds=seconds,
            workers={
                address: recordings[answer[0]]
                for address, answer in sorted(answers.items())
                if isinstance(answer, tuple) and answer[0] in recordings
            },
            tasks=tasks_together(task for part in parts.values() for task in part.tasks),
            lines=lines_together(line for part in parts.values() for line in part.lines),
            notes=(*self._absent(answers), *_notes_of(answers)),
        )

    async def _ask(self, function: Any, workers: list[str] | None = None, **given: Any) -> Any:
        """Run a function on workers, by default on all; an answer may be what it raised."""
        asked = self._client.run(
            function, self._number, workers=workers, on_error="return", **given
        )
        return await asked

    def _absent(self, answers: dict[str, Any]) -> list[str]:
        """Return which workers have no recording, or not all of one, a sentence each."""
        assert self._begun is not None
        said = []
        for address in sorted(self._begun | set(answers)):
            answer = answers.get(address)
            if address not in answers:
                said.append(f"Worker {address} left during the watch: what it did is lost.")
            elif answer is None and address in self._begun:
                said.append(f"Worker {address} was restarted: what it did is lost.")
            elif answer is None:
                said.append(f"Worker {address} joined during the watch, and was not watched.")
            elif isinstance(answer, Exception):
                said.append(f"Worker {address} gave no recording: {_reason(answer)}.")
        return said


def _reason(answer: str | Exception) -> str:
    """Return why a worker couldn't do what it was asked to; what it raised comes as text."""
    said = str(answer)
    if "No module named 'gilext'" in said:
        return "gilext isn't installed there"
    if "No module named 'gilext." in said:
        return f"it has another gilext, and the client has {__version__}"
    return said if isinstance(answer, str) else f"{type(answer).__name__}: {said}"


def _notes_of(answers: dict[str, Any]) -> list[str]:
    return [
        f"On worker {address}, {note}."
        for address, answer in sorted(answers.items())
        if isinstance(answer, tuple) and answer[1] is not None
        for note in answer[1].notes
    ]


def watch(
    client: Client | None = None,
    interval: float | None = None,
    stalls: float | None = DEFAULT_STALLS,
    memory: int = DEFAULT_MEMORY,
    *,
    lines: bool = True,
    budget: float | None = None,
) -> ClusterWatch:
    """Record who holds the GIL of each worker of a cluster while a ``with`` block runs.

    Each worker's process is watched as `gilext.watch` watches one, and each worker notes which
    task ran when on which thread. What they saw comes to the client when the block ends. Submit
    and gather inside the block: what runs on after it isn't seen.

    Parameters
    ----------
    client : distributed.Client, optional
        A client of the cluster; by default, the current one. With an asynchronous client, use
        ``async with``.
    interval, stalls, lines, budget
        As `gilext.watch` has them.
    memory : int
        Bytes on each worker for holds one by one and for the lines of stalls: it limits what comes
        to the client, and up to when tasks are known.

    Returns
    -------
    ClusterWatch
        A context manager; its `ClusterRecording` is there when the block has ended.

    Raises
    ------
    TypeError, ValueError
        When an argument has the wrong type or is out of its range; `ValueError` also if no client
        is given and there is none.
    RuntimeError
        On entering, if the cluster has no workers, or one that can't be watched: without gilext,
        with another version of it, or with an unknown interpreter. It names them.
    """
    settings: dict[str, Any] = {
        "interval": interval,
        "stalls": stalls,
        "memory": memory,
        "lines": bool(lines),
        "budget": budget,
    }
    watch_here(**settings)  # it says what is wrong with an argument
    return ClusterWatch(get_client() if client is None else client, settings)
