"""A browser, for what only a browser can tell; and a recording of a program without a GIL."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace

import pytest

from gilext.recording.parts import Activity, Frame, HeldStack
from gilext.recording.pauses import Pause, WaitedFor
from gilext.recording.results import Recording

CRUNCH, TIDY, MAIN = (
    Frame("/some/where/work.py", 41, "crunch"),
    Frame("/some/where/app.py", 12, "tidy"),
    Frame("/some/where/app.py", 30, "<module>"),
)
PAUSES = (
    Pause(
        start_seconds=0.1,
        stopping_seconds=0.1,
        stopped_seconds=0.05,
        asker=0,
        frames=(Frame("<GC>", 0, "generation 2"), TIDY, MAIN),
        reason="garbage collection",
        waited_for=(WaitedFor(1, 0.075, (CRUNCH,), "zlib.compress"),),
    ),
    Pause(
        start_seconds=0.6,
        stopping_seconds=0.1,
        stopped_seconds=None,
        asker=None,
        frames=(),
        reason=None,
        waited_for=(WaitedFor(1, 0.1, (CRUNCH,)), WaitedFor(0, 0.0, ())),
    ),
)


@pytest.fixture
def without_gil(made_up) -> Recording:
    """Make a second without a GIL up, of whose five stops of the world the two longest were kept."""
    found = made_up(
        names=["MainThread", "worker"],
        held_fraction=None,
        held_error=None,
        histogram=(0,) * 40,
        activity=Activity(0.1, ((0, 4, 0.05, 0.0), (1, 4, 0.1, 0.0))),
        stacks=(HeldStack(1, (CRUNCH,), 0.0, None, 0, 0.0, "sum(rows)", attached_seconds=0.75),),
        without_gil_seconds=1.0,
        pauses=PAUSES,
        pauses_seen=5,
    )
    main, worker = found.by_thread
    return replace(
        found,
        by_thread=(
            replace(main, attached_seconds=0.25, attached_error=0.01, cpu_seconds=0.2),
            replace(worker, attached_seconds=0.75, attached_error=0.01, cpu_seconds=0.7),
        ),
        environment=replace(found.environment, free_threaded_build=True, gil_enabled=False),
    )


@pytest.fixture(scope="module")
def browser():
    """Chromium without a window."""
    selenium = pytest.importorskip("selenium")
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("there is no chromium with its chromedriver")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    with tempfile.TemporaryDirectory() as profile:
        for argument in (
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--force-device-scale-factor=1", "--enable-unsafe-swiftshader", f"--user-data-dir={profile}",
        ):  # fmt: skip
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = webdriver.ChromeService(executable_path=driver)
        started = webdriver.Chrome(options=options, service=service)
        yield started
        started.quit()
    assert selenium is not None


@pytest.fixture
def opened(browser, tmp_path) -> Callable[..., None]:
    """Open the page of a recording in a window of so many pixels."""

    def open_page(recording, width=1280, height=800):
        path = tmp_path / "page.html"
        recording.save(path)
        browser.set_window_size(width, height)
        browser.get(path.as_uri())
        # What the tests read from the canvas makes Chromium warn of slowness, of itself.
        logged = [entry for entry in browser.get_log("browser") if entry["source"] != "rendering"]
        assert logged == []
        return browser

    return open_page
