"""What the tests share: the build's name, both kinds of GIL, child processes, other threads."""

import gc
import operator
import os
import platform
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import hypothesis
import pytest

import gilext
from gilext.auditing.tables.gil_rows import GilRow
from gilext.auditing.tables.gil_table import GilTable, Package
from gilext.core.environment import info
from gilext.course.building import NoCompiler, compiler
from gilext.recording.holds import Hold, Holds
from gilext.recording.processes import Process
from gilext.recording.results import Recording, Stall, ThreadTime

sys.path.insert(0, str(Path(__file__).parent / "planted"))
from declaring import plant_package

pytest_plugins = ["pytester"]

CHILDREN = Path(__file__).parent / "children"
IS_FREE_THREADED_BUILD = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
CHILD_TIMEOUT_SECONDS = 100

# How long an example takes says nothing about its truth, so no time may fail one.
hypothesis.settings.register_profile(
    "gilext", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("gilext")


def gil_is_enabled() -> bool:
    """Return whether this process runs with a GIL, whatever it was built for."""
    return getattr(sys, "_is_gil_enabled", lambda: True)()


def pytest_report_header() -> str:
    build = "free-threaded" if IS_FREE_THREADED_BUILD else "ordinary"
    flags = "debug" if sysconfig.get_config_var("Py_DEBUG") else "release"
    return (
        f"gilext {gilext.__version__}: {platform.python_implementation()} "
        f"{platform.python_version()} ({sys.executable}), {build} {flags} build, "
        f"{platform.python_compiler()}, GIL {'on' if gil_is_enabled() else 'off'}"
    )


def can_fork_beside_threads() -> bool:
    """Return whether a child of fork() can go on although other threads ran.

    AddressSanitizer's allocator isn't made ready for that: the child waits for ever for a lock of
    it that a thread had.
    """
    return hasattr(os, "fork") and "libasan" not in os.environ.get("LD_PRELOAD", "")


@cache
def can_compile() -> bool:
    """Return whether there is a C compiler here, with this interpreter's headers."""
    try:
        return bool(compiler())
    except NoCompiler:
        return False


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "with_gil: holds only where there is a GIL")
    config.addinivalue_line("markers", "without_gil: holds only where there is no GIL")
    config.addinivalue_line("markers", "forks: forks while other threads run")
    config.addinivalue_line("markers", "compiles: compiles C for this interpreter")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse names that differ from process to process: parallel runs need the same ones."""
    unstable = [item.nodeid for item in items if " at 0x" in item.nodeid]
    if unstable:
        raise pytest.UsageError(f"an address stands in the name of {unstable[0]}")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("with_gil") and not gil_is_enabled():
        pytest.skip("this interpreter runs without a GIL")
    if item.get_closest_marker("without_gil") and gil_is_enabled():
        pytest.skip("this interpreter runs with a GIL")
    if item.get_closest_marker("forks") and not can_fork_beside_threads():
        pytest.skip("there is no fork here, or AddressSanitizer, which doesn't survive it")
    if item.get_closest_marker("compiles") and not can_compile():
        pytest.skip("no C compiler, or no headers")


@pytest.fixture(autouse=True)
def _search_path() -> Iterator[None]:
    """Let no test change where the others, and their children, find modules."""
    before = [*sys.path]
    yield
    sys.path[:] = before


@pytest.fixture
def gil_enabled() -> bool:
    """Whether this process runs with a GIL."""
    return gil_is_enabled()


@pytest.fixture
def gc_paused() -> Iterator[None]:
    """No collection: it stops the world, and one in 3.11 may run Python code inside a C call."""
    was_enabled = gc.isenabled()
    gc.disable()
    yield
    if was_enabled:
        gc.enable()


@pytest.fixture(scope="module")
def little_to_collect() -> Iterator[None]:
    """Keep what other tests have left out of the collector's way: it looks at all objects."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def run_child() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a script of ``tests/children`` in a process of its own; it has to succeed.

    The child has a GIL exactly when this process has one, unless ``PYTHON_GIL`` is given as
    None; its warnings are errors.
    """

    def run(script: str, *args: str, **variables: str | None) -> subprocess.CompletedProcess[str]:
        environment: dict[str, str | None] = dict(os.environ)
        if IS_FREE_THREADED_BUILD:
            environment["PYTHON_GIL"] = str(int(gil_is_enabled()))
        environment |= variables
        child = subprocess.run(
            [sys.executable, "-W", "error", "-X", "faulthandler", CHILDREN / script, *args],
            env={name: value for name, value in environment.items() if value is not None},
            capture_output=True,
            text=True,
            timeout=CHILD_TIMEOUT_SECONDS,
        )
        said = f"{script} {' '.join(args)}: {child.returncode}\n{child.stdout}{child.stderr}"
        assert child.returncode == 0, said
        return child

    return run


@pytest.fixture(scope="session")
def declaring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the extension modules of ``tests/planted/declaring.py``; return their folder."""
    folder = tmp_path_factory.mktemp("declaring")
    plant_package(folder)
    return folder


@pytest.fixture
def made_up() -> Callable[..., Recording]:
    """Make a recording with a GIL up: its holds and stalls, its threads' names, and any field."""

    def make(
        holds: Sequence[Hold] = (),
        stalls: Sequence[Stall] = (),
        names: Sequence[str] = ("MainThread",),
        seconds: float = 1.0,
        **fields: Any,
    ) -> Recording:
        of_thread = [[hold for hold in holds if hold.thread == i] for i in range(len(names))]
        threads = [
            ThreadTime(
                name=name,
                ident=1000 + index,
                native_id=index + 1,
                held_seconds=sum(hold.seconds for hold in own),
                longest_seconds=max((hold.seconds for hold in own), default=0.0),
                holds=len(own),
            )
            for index, (name, own) in enumerate(zip(names, of_thread, strict=True))
        ]
        kept = Holds.of(holds)
        known = {
            "seconds": seconds,
            "held_fraction": min(1.0, sum(hold.seconds for hold in holds) / seconds),
            "held_error": 0.01,
            "observed_seconds": seconds,
            "interval_seconds": 2e-4,
            "throttled_seconds": 0.0,
            "samples": 5000,
            "longest_gap_seconds": 1e-3,
            "by_thread": tuple(threads),
            "longest": tuple(sorted(kept, key=lambda hold: -hold.seconds)[:256]),
            "stall_threshold_seconds": 0.02,
            "stalls": tuple(stalls),
            "stalls_truncated_at_seconds": None,
            "stalls_unavailable_reason": None,
            "lines_unavailable_reason": None,
            "holds": kept,
            "holds_truncated_at_seconds": None,
            "histogram": (0,) * 10 + (3, 0, 5) + (0,) * 27,
            "environment": replace(info(), free_threaded_build=False, gil_enabled=True),
        }
        return Recording(**known | fields)

    return make


@pytest.fixture
def made_up_process() -> Callable[..., Process]:
    """Make a process up, for the fields `process` and `children` of recordings that are."""

    def make(
        pid: int = 100,
        *command: str,
        parent_pid: int = 1,
        start_seconds: float = 0.0,
        origin: str = "run",
        end: str = "ended",
    ) -> Process:
        start_ns = 5_000_000_000 + round(start_seconds * 1e9)
        return Process(pid, parent_pid, command or ("python", "app.py"), start_ns, origin, end)

    return make


@pytest.fixture
def made_up_table() -> Callable[..., GilTable]:
    """Make a GIL table up, of rows that are: their functions, verdicts, and any field."""

    def make(*rows: dict[str, Any], **fields: Any) -> GilTable:
        known = {
            "packages": (Package("lib", "1.0"),),
            "date": "2026-11-26",
            "environment": replace(info(), gil_modules=None),
            "rows": tuple(_made_up_row(**row) for row in rows),
        }
        return GilTable(**known | fields)

    return make


def _made_up_row(
    function: str = "f",
    size: str = "",
    verdict: str | None = "holds",
    held: float | None = 1.0,
    off: float | None = 0.02,
    call: float = 1e-3,
    **fields: Any,
) -> GilRow:
    kept = None if held is None else held * call
    known = {
        "function": function,
        "size": size,
        "verdict": verdict,
        "reason": None,
        "held_fraction": held,
        "held_error": None if held is None else off,
        "attached_fraction": None,
        "attached_error": None,
        "kept_seconds": kept,
        "kept_seconds_error": None if kept is None else kept / 20,
        "longest_hold_seconds": kept,
        "longest_hold_error": None if kept is None else kept / 10,
        "wait_seconds": kept,
        "call_seconds": call,
        "no_core_fraction": 0.0,
        "calls": 300,
        "checks": 3,
        "gil_enabled": True,
    }
    return GilRow(**known | fields)


@pytest.fixture
def in_threads() -> Callable[..., list[Any]]:
    """Run each callable in a thread of its own; return the results, or raise what one raised."""

    def run(*calls: Callable[[], Any]) -> list[Any]:
        with ThreadPoolExecutor(len(calls)) as pool:
            futures = [pool.submit(call) for call in calls]
        return [future.result() for future in futures]

    return run


@pytest.fixture
def another_thread_ran_during(gc_paused: None) -> Iterator[Callable[[Callable[[], Any]], bool]]:
    """Return whether another thread, which always wants to run, ran Python code during a call.

    ``map`` makes three C calls with no bytecode between them. The interpreter hands the GIL over
    between bytecodes only, so a step seen here was made inside the call itself, and not, as with
    a ticker that is read in Python, just before or just after it.
    """
    steps = [0]
    read_steps = partial(operator.getitem, steps, 0)
    done = Event()

    def step() -> None:
        while not done.is_set():
            steps[0] += 1

    def ran_during(call: Callable[[], Any]) -> bool:
        before, _, after = map(operator.call, (read_steps, call, read_steps))
        return bool(before != after)

    thread = Thread(target=step)
    thread.start()
    yield ran_during
    done.set()
    thread.join()
