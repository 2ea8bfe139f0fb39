"""Run N workers from one starting line and time them, in four kinds of crew.

A crew's wall time runs from the first worker's start to the last one's end, each read next to
the call itself: what it costs to start a worker is not in it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from importlib import import_module
from threading import Barrier, Thread, get_native_id
from typing import Any

from gilext._native import Meeting, release_for, time_os_threads
from gilext.comparison import worker
from gilext.comparison.timing import CallTiming, RunTiming, Workload, run_timing, time_call
from gilext.core.import_paths import paths_for_children

_START_TIMEOUT_SECONDS = 60.0


def run_threads(
    workers: int, task: Callable[[int], CallTiming], spread_seconds: float = 0.0
) -> RunTiming:
    """Run ``task(index)`` in `workers` threads at once.

    Threads that begin together may share a core for some milliseconds, until the operating system
    moves one. If that is long beside the task, `spread_seconds` keeps each busy for that long,
    and then they begin together.

    Raises
    ------
    RuntimeError
        When not all threads can be started, or come to the start, or when they are greenlets: no
        task runs then.
    Exception
        The first that a task raised, after all have ended.
    """
    all_have_started = Barrier(workers)
    start_line = Meeting(workers)
    timings: list[CallTiming] = []
    errors: list[BaseException] = []
    caller = get_native_id()

    def work(index: int) -> None:
        try:
            _refuse_greenlets(caller)
            all_have_started.wait()
            _meet(start_line)
            if spread_seconds > 0:
                release_for(spread_seconds)
                _meet(start_line)
            timings.append(task(index))
        except BaseException as error:
            errors.append(error)

    _start_all([Thread(target=work, args=(index,)) for index in range(workers)], all_have_started)
    if errors:
        raise errors[0]
    return run_timing(timings)


def _refuse_greenlets(caller: int) -> None:
    """Raise RuntimeError in a thread that is the caller's own: none of them could meet another."""
    if get_native_id() == caller:
        raise RuntimeError(
            "these threads are greenlets of one thread, as gevent's monkey patching makes them: "
            "they can't run at the same time"
        )


def _start_all(threads: Sequence[Thread], all_have_started: Barrier) -> None:
    """Start the threads and wait for their ends; if one can't be started, release the others."""
    started: list[Thread] = []
    try:
        for thread in threads:
            thread.start()
            started.append(thread)
    except BaseException:
        all_have_started.abort()
        raise
    finally:
        for thread in started:
            thread.join()


def _meet(start_line: Meeting) -> None:
    if not start_line.wait_released(_START_TIMEOUT_SECONDS):
        raise RuntimeError(
            f"{start_line.parties} threads didn't meet at the start within "
            f"{_START_TIMEOUT_SECONDS:g} s"
        )


class Crew(AbstractContextManager["Crew"]):
    """Workers that each make one call, over and over; close it after use."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The processes that its workers have to themselves: none, for threads."""
        return ()

    def run(self, work: Workload) -> RunTiming:
        """Let every worker make the same call, all at once."""
        raise NotImplementedError

    def close(self) -> None:
        """End the workers."""

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()


class ThreadCrew(Crew):
    """Python threads that make a call."""

    def __init__(self, call: Callable[..., int], workers: int) -> None:
        super().__init__(workers)
        self._call = call

    def run(self, work: Workload) -> RunTiming:
        return run_threads(self.workers, lambda _: time_call(self._call, work.argument))


class OsThreadCrew(Crew):
    """Plain OS threads that run a loop without Python: the machine's limit."""

    def __init__(self, loop_name: str, workers: int) -> None:
        super().__init__(workers)
        self._loop_name = loop_name

    def run(self, work: Workload) -> RunTiming:
        return RunTiming(*time_os_threads(self._loop_name, self.workers, work.argument))


class ProcessCrew(Crew):
    """Processes that each call the held variant of a loop, under a GIL of their own.

    They run this interpreter on `gilext.comparison.worker`, and not through `multiprocessing`,
    which would import the caller's main module into each of them.
    """

    def __init__(self, loop_name: str, workers: int) -> None:
        super().__init__(workers)
        environment = os.environ | {"PYTHONPATH": paths_for_children()}
        # -P: the folder we are in may be a source tree, whose package is not the one in use.
        command = [sys.executable, "-P", "-m", "gilext.comparison.worker", loop_name]
        self._processes: list[subprocess.Popen[str]] = []
        try:
            for _ in range(workers):
                self._processes.append(
                    subprocess.Popen(
                        command,
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        text=True,
                        env=environment,
                    )
                )
        except BaseException:
            self.close()
            raise

    @property
    def process_ids(self) -> tuple[int, ...]:
        return tuple(process.pid for process in self._processes)

    def run(self, work: Workload) -> RunTiming:
        self._ask(f"prepare {work.size}")
        return run_timing([CallTiming(*json.loads(answer)) for answer in self._ask("run")])

    def _ask(self, request: str) -> list[str]:
        for process in self._processes:
            assert process.stdin is not None
            with suppress(BrokenPipeError):  # it is missed when it doesn't answer
                process.stdin.write(f"{request}\n")
                process.stdin.flush()
        return [self._answer_of(process) for process in self._processes]

    @staticmethod
    def _answer_of(process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None
        answer = process.stdout.readline()
        if not answer:
            raise RuntimeError(f"a worker process ended early, with exit code {process.wait()}")
        return answer

    def close(self) -> None:
        for process in self._processes:
            process.kill()
            with suppress(BrokenPipeError):
                process.communicate()


class InterpreterCrew(Crew):
    """Sub-interpreters with a GIL each (PEP 734), that call the held variant of a loop.

    Raises
    ------
    ImportError
        When the standard library has no `concurrent.interpreters`: before 3.14.
    """

    def __init__(self, loop_name: str, workers: int) -> None:
        try:
            interpreters = import_module("concurrent.interpreters")
        except ImportError as error:
            raise ImportError("needs concurrent.interpreters, new in CPython 3.14") from error
        super().__init__(workers)
        self._loop_name = loop_name
        self._interpreters: list[Any] = []
        try:
            for _ in range(workers):
                self._interpreters.append(interpreters.create())
                self._interpreters[-1].exec(f"import sys; sys.path[:] = {sys.path!r}")
        except BaseException:
            self.close()
            raise

    def run(self, work: Workload) -> RunTiming:
        for interpreter in self._interpreters:
            interpreter.call(worker.prepare, self._loop_name, work.size)
        return run_threads(
            self.workers, lambda index: CallTiming(*self._interpreters[index].call(worker.run))
        )

    def close(self) -> None:
        for interpreter in self._interpreters:
            interpreter.close()


def workload(
    argument_of: Callable[[int], int | bytes], call: Callable[..., int], seconds: float
) -> Workload:
    """Choose the size with which ``call(argument_of(size))`` takes about that long."""
    size = 1000
    while True:
        argument = argument_of(size)
        timings = [time_call(call, argument) for _ in range(2)]
        elapsed = min(timing.end_ns - timing.start_ns for timing in timings) * 1e-9
        if elapsed > seconds / 8:
            size = max(1, round(size * seconds / elapsed))
            return Workload(size, argument_of(size))
        size *= 4
