"""The page of a recording: what it says, what it hides, and what a browser makes of it."""

import base64
import json
import re
import shutil
import struct
import sys
import tempfile
from array import array
from collections.abc import Callable
from dataclasses import replace

import pytest

from gilext.recording.holds import Hold, Holds
from gilext.recording.results import Frame, StackSample, Stall
from gilext.render import page

EVIL = '</script><img src=x onerror=alert(1)>"&'
LONG = Hold(0.5, 0.25, 0)
WORK = Frame("/some/where/work.py", 42, "work")
STALL = Stall(LONG, (StackSample(0.25, (WORK,)),))
HOLDS = [Hold(0.1, 0.05, 0), Hold(0.2, 0.1, 1), LONG]


@pytest.fixture
def recording(made_up):
    return made_up(HOLDS, [STALL], ["MainThread", "worker"])


def test_page_has_the_figures_and_the_lines(recording):
    text = page.render(recording)

    assert "the GIL was held for 40.0% ± 1.0%" in text or "no GIL" in text
    assert "/some/where/work.py:42 <b>work</b>" in text
    assert "1 stall (waits of 20 ms or more), 0.250 s in all" in text


def test_page_asks_for_nothing_from_elsewhere(recording):
    text = page.render(recording)

    assert re.findall(r"(?:src|href)\s*=|url\(|@import|https?://", text) == []


def test_what_the_program_names_can_not_leave_its_place(made_up):
    frame = Frame(EVIL, 1, EVIL)
    stall = Stall(LONG, (StackSample(0.25, (frame,)),))

    text = page.render(made_up([LONG], [stall], [EVIL]))

    assert "<img" not in text
    assert text.count("</script>") == 1


def data_of(text):
    """Return what the page's code draws, its packed numbers unpacked as little-endian."""
    data = json.loads(re.search(r"const DATA = (.*);", text)[1])
    for name, kind, size in (("starts", "d", 8), ("lengths", "f", 4), ("lanes", "H", 2)):
        packed = base64.b64decode(data[name])
        data[name] = struct.unpack(f"<{len(packed) // size}{kind}", packed)
    return data


@pytest.mark.parametrize("order", ["little", "big"])
def test_page_has_every_hold_in_one_byte_order(recording, monkeypatch, order):
    if order != sys.byteorder:
        # On such a machine array() packs the other way round, as this one does here.
        monkeypatch.setattr(page, "array", swapped_array)
    monkeypatch.setattr(page.sys, "byteorder", order)

    data = data_of(page.render(recording))

    assert data["starts"] == (0.1, 0.2, 0.5)
    assert data["lengths"] == pytest.approx((0.05, 0.1, 0.25))
    assert data["lanes"] == (0, 1, 0)
    assert data["threads"] == ["MainThread", "worker"]
    assert data["seconds"] == 1.0
    assert data["stalls"] == [
        {
            "start": 0.5,
            "seconds": 0.25,
            "lane": 0,
            "name": "work:42",
            "stack": ["work (/some/where/work.py:42)"],
        }
    ]


def swapped_array(kind, values):
    """Return an array as a machine of the other byte order has it."""
    numbers = array(kind, values)
    numbers.byteswap()
    return numbers


def test_threads_that_held_the_shortest_share_a_lane(made_up):
    count = 70_000
    kept = made_up(names=[f"thread {i}" for i in range(4)]).by_thread
    threads = tuple(replace(kept[0], name=f"t{i}", held_seconds=float(i)) for i in range(count))
    holds = Holds.of([Hold(0.1, 0.1, 0), Hold(0.3, 0.1, count - 1), Hold(0.5, 0.1, count - 200)])

    data = data_of(page.render(replace(made_up(), by_thread=threads, holds=holds)))

    assert data["threads"][:2] == [f"t{count - 200}", f"t{count - 199}"]
    assert data["threads"][-1] == "69,800 more threads"
    assert data["lanes"] == (200, 199, 0)


def test_recording_of_no_time_has_no_part_of_it(made_up):
    text = page.render(made_up(names=["a"], seconds=1.0))
    nothing = page.render(replace(made_up(names=["a"]), seconds=0.0))

    assert "<td>0.0 %" in text
    assert "<td>-" in nothing


def test_page_says_where_detail_ends(made_up):
    full = made_up(HOLDS, [], ["a", "b"], holds_truncated_at_seconds=0.75)

    text = page.render(full)

    assert "Holds one by one only up to 0.8 s." in text
    assert '"completeSeconds": 0.75' in text


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
            "--force-device-scale-factor=1", f"--user-data-dir={profile}",
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


PIXEL = """
const [time, lane] = arguments;
const x = nameWidth() + (time - view.from) / (view.to - view.from)
  * (canvas.clientWidth - nameWidth());
const data = canvas.getContext("2d").getImageData(x, lane * LANE + LANE / 2, 1, 1).data;
return Array.from(data.slice(0, 3));
"""
COLOUR = """
const dot = document.createElement("canvas").getContext("2d");
dot.fillStyle = colours()[arguments[0]];
dot.fillRect(0, 0, 1, 1);
return Array.from(dot.getImageData(0, 0, 1, 1).data.slice(0, 3));
"""


@pytest.mark.parametrize("width", [1280, 390])
def test_holds_and_stalls_are_where_they_were(opened, recording, width):
    browser = opened(recording, width)

    def pixel(time, lane):
        return browser.execute_script(PIXEL, time, lane)

    held, stalled, lane = (
        browser.execute_script(COLOUR, name) for name in ("held", "stalled", "lane")
    )
    assert pixel(0.125, 0) == pixel(0.25, 1) == held
    assert pixel(0.72, 0) == stalled
    assert pixel(0.43, 0) == pixel(0.13, 1) == pixel(0.93, 1) == lane
    assert browser.execute_script("return document.body.scrollWidth <= innerWidth")


def test_zoom_and_move_change_what_is_shown(opened, recording):
    browser = opened(recording)

    def span():
        return browser.execute_script("return [view.from, view.to]")

    def press(name):
        browser.execute_script(f"document.getElementById('{name}').click()")

    assert span() == [0, 1]
    press("closer")
    assert span() == [0.25, 0.75]
    press("right")
    assert span() == [0.375, 0.875]
    press("left")
    press("farther")
    assert span() == [0, 1]
    press("left")
    assert span() == [0, 1], "moved beyond the beginning"
    browser.execute_script(
        "canvas.dispatchEvent(new WheelEvent('wheel', {deltaY: -500, clientX: 700}))"
    )
    start, end = span()
    assert 0 < start < end < 1
    for _ in range(60):
        press("closer")
    start, end = span()
    assert end - start == pytest.approx(1e-6), "zoomed in beyond a microsecond"
    press("whole")
    assert span() == [0, 1]


def test_hint_names_the_thread_and_the_line(opened, recording):
    from selenium.webdriver import ActionChains

    browser = opened(recording)
    canvas = browser.find_element("id", "lanes")
    hint = browser.find_element("id", "hint")

    def point_at(time, lane):
        width = browser.execute_script("return canvas.clientWidth")
        height = browser.execute_script("return canvas.clientHeight")
        left = browser.execute_script("return nameWidth()")
        x = left + time * (width - left) - width / 2
        y = (lane + 0.5) * 34 - height / 2
        ActionChains(browser).move_to_element_with_offset(canvas, int(x), int(y)).perform()

    point_at(0.25, 1)
    assert hint.text.startswith("worker: held for 100 ms from 0.2")
    point_at(0.6, 0)
    assert "MainThread: stall of 250 ms from 0.5" in hint.text
    assert "work (/some/where/work.py:42)" in hint.text
    point_at(0.9, 1)
    assert not hint.is_displayed()


def test_names_of_the_program_are_text_in_the_browser(opened, made_up):
    frame = Frame(EVIL, 1, EVIL)
    browser = opened(made_up([LONG], [Stall(LONG, (StackSample(0.25, (frame,)),))], [EVIL]))

    assert browser.find_elements("tag name", "img") == []
    assert EVIL in browser.find_element("css selector", "tbody td").text


READS_OF_A_FRAME = """
let reads = 0;
const counted = (values) => new Proxy(values, {
  get(target, name) { reads++; return target[name]; },
});
for (const lane of lanes) lane.starts = counted(lane.starts);
draw();
return reads;
"""


def test_a_hundred_thousand_holds_are_hardly_more_work_than_a_thousand(opened, made_up):
    def reads(count):
        holds = [Hold(i / count, 0.4 / count, i % 4) for i in range(count)]
        browser = opened(made_up(holds, [], ["a", "b", "c", "d"]))
        return browser.execute_script(READS_OF_A_FRAME)

    few, many = reads(1_000), reads(100_000)

    # A search takes 15 steps in 25,000 holds of a lane, and 8 in 250.
    assert 1_000 < few < many < 2.5 * few
