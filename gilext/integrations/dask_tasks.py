"""Which task ran when, and on which thread of a dask worker."""

from __future__ import annotations

import functools
import inspect
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from time import monotonic_ns, time_ns
from typing import Any

from dask.utils import key_split
from distributed import WorkerPlugin

from gilext.integrations.dask_join import Function, TaskRun

MAX_RUNS = 50_000
_TIMES_READ = 5
_RUNNING = ("executing", "long-running")
_NOT_OVER = (*_RUNNING, "cancelled", "resumed")


def wall_minus_monotonic_ns() -> int:
    """Return how far this machine's two clocks are apart, read as close together as can be."""

    def read() -> tuple[int, int]:
        before_ns, wall_ns, after_ns = monotonic_ns(), time_ns(), monotonic_ns()
        return after_ns - before_ns, wall_ns - (before_ns + after_ns) // 2

    return min(read() for _ in range(_TIMES_READ))[1]


class TaskNotes(WorkerPlugin):
    """Notes each run of a task, while it is a plugin of a worker.

    The worker itself times them, in the thread in which they run, and hands that on when a task's
    state changes.

    Parameters
    ----------
    on_teardown : callable
        Is called when it is no plugin of the worker any more.

    Attributes
    ----------
    is_noting : bool
        Whether it is a plugin of the worker.
    runs : list of TaskRun
        Those that are over; at most 50,000.
    functions : dict of str to set of Function
        What the tasks of each prefix call.
    elsewhere : Counter of str
        How many tasks of each prefix ran as coroutines, between those of others on the event loop,
        or in another process.
    full_since_ns : int or None
        Since when runs are missing, on the monotonic clock.
    """

    def __init__(self, on_teardown: Callable[[], None]) -> None:
        self.is_noting = False
        self._on_teardown = on_teardown
        self.runs: list[TaskRun] = []
        self.functions: dict[str, set[Function]] = defaultdict(set)
        self.elsewhere: Counter[str] = Counter()
        self.full_since_ns: int | None = None
        self._begun: dict[Any, tuple[float, int]] = {}
        self._wall_minus_monotonic_ns = wall_minus_monotonic_ns()

    def setup(self, worker: Any) -> None:
        """Begin, with the tasks that run already."""
        self._worker = worker
        self.is_noting = True
        for task in (*worker.state.executing, *worker.state.long_running):
            self._note_start(task)

    def teardown(self, worker: Any) -> None:
        """End: the worker closes, or the watch is over."""
        self.is_noting = False
        self._on_teardown()

    def transition(self, key: Any, start: str, finish: str, **_: Any) -> None:
        """Note that a task begins, or that it has run."""
        task = self._worker.state.tasks.get(key)
        if task is None:
            self._begun.pop(key, None)
        elif finish == "executing" and start not in _NOT_OVER:
            self._note_start(task)
        elif finish not in _NOT_OVER and key in self._begun:
            self._note_run(task, *self._begun.pop(key))

    def all_runs(self) -> list[TaskRun]:
        """Return the runs that are over, and as far as they have come, those that aren't."""
        worker, now_ns = self._worker, monotonic_ns()
        with worker.active_threads_lock:
            active = dict(worker.active_threads)
        tasks = worker.state.tasks
        running = [
            TaskRun(thread, key_split(key), self._monotonic_ns(tasks[key].start_time), now_ns)
            for thread, key in active.items()
            if key in self._begun and key in tasks and tasks[key].start_time
        ]
        return self.runs + running

    def _note_start(self, task: Any) -> None:
        self._begun[task.key] = (self._worker.scheduler_delay, len(task.startstops))
        function = _function_of(getattr(task.run_spec, "func", None))
        if function is not None:
            self.functions[key_split(task.key)].add(function)

    def _note_run(self, task: Any, delay: float, before: int) -> None:
        """Note a run that is over; its times are the worker's, moved by the delay, to dask."""
        spans = [span for span in task.startstops[before:] if span["action"] == "compute"]
        thread = self._worker.threads.get(task.key)
        if not spans or thread is None:
            return
        prefix = key_split(task.key)
        if thread == threading.get_ident() or not self._is_in_a_thread(task):
            self.elsewhere[prefix] += 1
            return
        start_ns = self._monotonic_ns(spans[-1]["start"] - delay)
        if len(self.runs) < MAX_RUNS:
            end_ns = self._monotonic_ns(spans[-1]["stop"] - delay)
            self.runs.append(TaskRun(thread, prefix, start_ns, end_ns))
        elif self.full_since_ns is None:
            self.full_since_ns = start_ns

    def _is_in_a_thread(self, task: Any) -> bool:
        name = (task.annotations or {}).get("executor", "default")
        return not isinstance(self._worker.executors.get(name), ProcessPoolExecutor)

    def _monotonic_ns(self, wall_seconds: float) -> int:
        return round(wall_seconds * 1e9) - self._wall_minus_monotonic_ns


def _function_of(function: Any) -> Function | None:
    """Return the Python function that a task calls; None if it calls none."""
    while isinstance(function, functools.partial):
        function = function.func
    code = getattr(inspect.unwrap(function) if callable(function) else None, "__code__", None)
    return None if code is None else Function(code.co_filename, code.co_qualname)
