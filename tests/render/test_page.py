"""The page of a recording: what it says, what it hides, and what a browser makes of it."""

import base64
import json
import re
import struct
import sys
from array import array
from dataclasses import replace
from html import unescape

import pytest

from gilext.recording.holds import Hold, Holds
from gilext.recording.parts import Activity, HeldStack, Victim
from gilext.recording.results import Frame, StackSample, Stall
from gilext.render import page
from gilext.render.page import data as page_data

EVIL = '</script><img src=x onerror=alert(1)>"&'
LONG = Hold(0.5, 0.25, 0)
WORK = Frame("/some/where/work.py", 42, "work")
READ = Frame("/some/where/app.py", 7, "read")
STALL = Stall(LONG, (StackSample(0.25, (WORK,)),), (Victim(1, 0.24, (READ,)),))
HOLDS = [Hold(0.1, 0.05, 0), Hold(0.2, 0.1, 1), LONG]
STACKS = (
    HeldStack(
        0, (WORK, READ), 0.3, 0.24, 2, 0.25, "dumps(rows)", "json.dumps", victims=((1, 0.24),)
    ),
    HeldStack(1, (READ,), 0.1, 0.0, 1, 0.1, None, None),
)
ACTIVITY = Activity(0.1, ((0, 1, 0.05, 0.0), (1, 5, 0.04, 0.06), (1, 6, 0.0, 0.1)))
WAITS = {
    "wait_seconds": 0.24,
    "wait_error": 0.01,
    "pressure": 0.24,
    "pressure_error": 0.01,
    "stacks": STACKS,
    "activity": ACTIVITY,
}


@pytest.fixture
def recording(made_up):
    return made_up(HOLDS, [STALL], ["MainThread", "worker"], **WAITS)


def text_of(html):
    """Return what a page says, without its tags."""
    body = re.search(r"<body>(.*)<script>", html, re.DOTALL)[1]
    return unescape(" ".join(re.sub("<[^>]*>", "", body).split()))


def test_page_has_the_figures_and_the_lines(recording):
    html = page.render(recording)
    text = text_of(html)

    sentence = "threads waited 0.240 s ± 0.010 s in 1.000 s; 100% of that because of "
    assert f"<h1>{sentence}/some/where/work.py:42 dumps(rows)</h1>" in html
    assert "the GIL was held for 40.0% ± 1.0%" in text
    assert "/some/where/work.py:42 dumps(rows) work called from" in text
    assert "/some/where/app.py:7 read, 0.300 s" in text
    assert "1 stall (waits of 20 ms or more), 0.250 s in all" in text
    assert "worker waited 240.0 ms at /some/where/app.py:7 read" in text


def test_page_of_unknown_waits_has_no_columns_of_them(made_up):
    stacks = (replace(STACKS[0], caused_wait_seconds=None, victims=()),)
    text = text_of(page.render(made_up(HOLDS, [], ["a", "b"], stacks=stacks)))

    assert "line held s longest ms holds" in text
    assert "which thread wait" not in text
    assert "others waited" not in text and "waited s" not in text


def test_figures_of_the_page_are_those_of_the_text(recording):
    text, html = str(recording), page.render(recording)

    for value in ("0.300", "0.240", "0.100", "250.00"):
        assert f">{value}</td>" in html
        assert f" {value}" in text


def test_page_asks_for_nothing_from_elsewhere(recording):
    text = page.render(recording)

    assert re.findall(r"(?:src|href)\s*=|url\(|@import|https?://|fetch\(", text) == []


def evil_recording(made_up):
    """Return a recording in which all names try to get out of their places."""
    frame = Frame(EVIL, 1, EVIL)
    stall = Stall(LONG, (StackSample(0.25, (frame,), EVIL, EVIL),), (Victim(1, 0.1, (frame,)),))
    stacks = (
        HeldStack(0, (frame,), 0.2, 0.1, 1, 0.2, EVIL, "x" + EVIL, EVIL, ((1, 0.1),)),
        HeldStack(0, (Frame("/usr/lib/python3.13/x.py", 2, EVIL), frame), 0.1, 0.1, 1, 0.2),
    )
    return made_up([LONG], [stall], [EVIL, EVIL], **WAITS | {"stacks": stacks})


def test_what_the_program_names_can_not_leave_its_place(made_up):
    text = page.render(evil_recording(made_up))

    assert "<img" not in text
    assert text.count("</script>") == 1
    assert not re.search(r'="[^">]*</script>', text)


def data_of(text):
    """Return what the page's code draws, its packed numbers unpacked as little-endian."""
    data = json.loads(re.search(r"const DATA = (.*);", text)[1])
    for process in data["processes"]:
        for found, name, kind in (
            (process, "starts", "d"), (process, "lengths", "f"), (process, "lanes", "H"),
            *((process[part], name, kind) for part in ("held", "activity")
              for name, kind in (("buckets", "I"), ("lanes", "H"))),
            (process["held"], "amounts", "f"),
            (process["activity"], "waited", "f"), (process["activity"], "released", "f"),
        ):  # fmt: skip
            packed = base64.b64decode(found[name])
            count = len(packed) // struct.calcsize("<" + kind)
            found[name] = struct.unpack(f"<{count}{kind}", packed)
    return data


def only_process_of(text):
    """Return what is drawn of the only process."""
    (process,) = data_of(text)["processes"]
    return process


@pytest.mark.parametrize("order", ["little", "big"])
def test_page_has_every_hold_in_one_byte_order(recording, monkeypatch, order):
    if order != sys.byteorder:
        # On such a machine array() packs the other way round, as this one does here.
        monkeypatch.setattr(page_data, "array", swapped_array)
    monkeypatch.setattr(page_data.sys, "byteorder", order)

    html = page.render(recording)
    data = only_process_of(html)

    assert data_of(html)["frames"] == ["/some/where/work.py:42 work"]
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
            "name": "work.py:42",
            "task": "",
            "stack": [0],
            "victims": [{"name": "worker", "seconds": 0.24, "place": "/some/where/app.py:7 read"}],
            "more": 0,
        }
    ]


def swapped_array(kind, values):
    """Return an array as a machine of the other byte order has it."""
    numbers = array(kind, values)
    numbers.byteswap()
    return numbers


def test_cpu_time_beyond_what_was_held_ran_released(recording):
    activity = only_process_of(page.render(recording))["activity"]

    assert activity["buckets"] == (1, 5, 6)
    assert activity["lanes"] == (0, 1, 1)
    assert activity["waited"] == pytest.approx((0.0, 0.06, 0.1))
    assert activity["released"] == pytest.approx((0.0, 0.04, 0.0), abs=1e-6)


@pytest.mark.parametrize(("cpu", "released"), [(0.054, 0.0), (0.056, 0.006)])
def test_less_than_samples_are_sure_of_did_not_run_released(recording, cpu, released):
    # It held for 50 ms of that bucket.
    found = replace(recording, activity=Activity(0.1, ((0, 1, cpu, 0.0),)))

    assert only_process_of(page.render(found))["activity"]["released"] == pytest.approx((released,))


def test_what_ran_released_is_not_told_of_a_time_whose_holds_are_missing(recording):
    cut = replace(recording, holds_truncated_at_seconds=0.55)

    assert max(only_process_of(page.render(cut))["activity"]["released"]) == pytest.approx(
        0, abs=1e-6
    )


def test_stacks_that_many_stalls_share_are_written_once(made_up):
    stalls = [replace(STALL, hold=Hold(i / 1000, 0.0005, 0)) for i in range(1000)]

    html = page.render(made_up([], stalls, ["a", "b"]))

    assert data_of(html)["frames"] == ["/some/where/work.py:42 work"]
    assert "… and 800 shorter ones" in html


def test_threads_with_the_least_at_stake_share_a_lane(made_up):
    count = 70_000
    kept = made_up(names=[f"thread {i}" for i in range(4)]).by_thread
    threads = tuple(replace(kept[0], name=f"t{i}", held_seconds=float(i)) for i in range(count))
    holds = Holds.of([Hold(0.1, 0.1, 0), Hold(0.3, 0.1, count - 1), Hold(0.5, 0.1, count - 1000)])

    data = only_process_of(page.render(replace(made_up(), by_thread=threads, holds=holds)))

    assert data["threads"][:2] == [f"t{count - 1000}", f"t{count - 999}"]
    assert data["threads"][-1] == "69,000 more threads"
    assert data["lanes"] == (1000, 999, 0)


def test_recording_of_no_time_has_no_part_of_it(made_up):
    text = page.render(made_up(names=["a"], seconds=1.0))
    nothing = page.render(replace(made_up(names=["a"]), seconds=0.0))

    assert ">of the time<" in text and "0.0 %" in text
    assert ">of the time<" not in nothing


def test_page_says_where_detail_ends(made_up):
    full = made_up(HOLDS, [], ["a", "b"], holds_truncated_at_seconds=0.75)

    text = page.render(full)

    assert "Holds one by one only up to 0.8 s." in text
    assert '"completeSeconds": 0.75' in text


PIXEL = """
const [time, lane, below] = arguments;
const x = nameWidth() + (time - view.from) / (view.to - view.from)
  * (canvas.clientWidth - nameWidth());
const y = seenTops(frame.clientHeight - AXIS).get(lane) + BAR / 2;
const data = canvas.getContext("2d").getImageData(x, y + below, 1, 1).data;
return Array.from(data.slice(0, 3));
"""
COLOUR = """
const dot = document.createElement("canvas").getContext("2d");
dot.fillStyle = colours()[arguments[0]];
dot.fillRect(0, 0, 1, 1);
return Array.from(dot.getImageData(0, 0, 1, 1).data.slice(0, 3));
"""
WAITED_BELOW, RELEASED_BELOW = 13, 20  # the middle of a bar


def colour_of(browser, name):
    """Return a colour of the page as its canvas has it."""
    return browser.execute_script(COLOUR, name)


@pytest.mark.parametrize("width", [1280, 390])
def test_holds_and_stalls_are_where_they_were(opened, recording, width):
    browser = opened(recording, width)

    def pixel(time, lane, below=0):
        return browser.execute_script(PIXEL, time, lane, below)

    held, stalled, ground = (colour_of(browser, name) for name in ("held", "stalled", "lane"))
    assert pixel(0.125, 0) == pixel(0.25, 1) == held
    assert pixel(0.72, 0) == stalled
    assert pixel(0.43, 0) == pixel(0.13, 1) == pixel(0.93, 1) == ground
    assert pixel(0.65, 1, WAITED_BELOW) == colour_of(browser, "waited")
    assert pixel(0.65, 1, RELEASED_BELOW) == pixel(0.45, 1, WAITED_BELOW) == ground
    assert pixel(0.55, 1, RELEASED_BELOW) not in (ground, held)
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
    wheel = "canvas.dispatchEvent(new WheelEvent('wheel', {deltaY: -500, clientX: 700%s}))"
    browser.execute_script(wheel % "")
    assert span() == [0, 1], "took the wheel from the page"
    browser.execute_script(wheel % ", ctrlKey: true")
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
        y = (lane + 0.5) * browser.execute_script("return LANE") - height / 2
        ActionChains(browser).move_to_element_with_offset(canvas, int(x), int(y)).perform()

    point_at(0.25, 1)
    assert hint.text.startswith("worker: held for 100 ms from 0.2")
    point_at(0.6, 0)
    assert [line.strip() for line in hint.text.splitlines()] == [
        "MainThread: stall of 250 ms from 0.500000 s",
        "/some/where/work.py:42 work",
        "worker waited 240 ms at /some/where/app.py:7 read",
    ]
    point_at(0.55, 1)
    assert hint.text == "worker in these 100 ms: waited 60 ms, ran released 40 ms"
    point_at(0.95, 1)
    assert not hint.is_displayed()


def press(browser, keys):
    """Press keys where the focus is."""
    from selenium.webdriver import ActionChains

    ActionChains(browser).send_keys(keys).perform()


def test_lanes_are_zoomed_and_stalls_walked_by_the_keyboard(opened, recording):
    later = replace(STALL, hold=Hold(0.8, 0.05, 1))
    browser = opened(replace(recording, stalls=(STALL, later)))
    hint = browser.find_element("id", "hint")
    browser.execute_script("canvas.focus()")

    press(browser, "+")
    assert browser.execute_script("return [view.from, view.to]") == [0.25, 0.75]
    press(browser, "0n")
    assert hint.text.startswith("MainThread: stall of 250 ms")
    assert browser.execute_script("return [view.from, view.to]") == [0, 1]
    press(browser, "n")
    assert hint.text.startswith("worker: stall of 50 ms")
    start, end = browser.execute_script("return [view.from, view.to]")
    assert start < 0.8 < 0.85 < end < start + 0.3
    press(browser, "n")
    assert hint.text.startswith("MainThread")
    press(browser, "p")
    assert hint.text.startswith("worker")
    press(browser, "\ue00c")  # Escape
    assert not hint.is_displayed()


def test_everything_can_be_reached_by_the_tab_key(opened, recording):
    browser = opened(recording)
    reached = set()
    for _ in range(60):
        press(browser, "\ue004")
        reached.add(browser.switch_to.active_element)

    buttons = browser.find_elements("css selector", "button, input, canvas, summary")
    assert len(buttons) > 20
    assert set(buttons) <= reached


def column(browser, heading, place):
    """Return a column of the table below a heading, as it is read."""
    return browser.execute_script(
        """
        const title = [...document.querySelectorAll("h2")].find((h) => h.textContent === arguments[0]);
        return [...title.parentElement.querySelectorAll("tbody tr")]
          .filter((row) => !row.hidden).map((row) => row.cells[arguments[1]].textContent.trim());
        """,
        heading,
        place,
    )


def test_tables_are_sorted_by_any_column_and_unknown_comes_last(opened, recording):
    first, second = recording.by_thread
    threads = (
        replace(first, waited_seconds=0.1),
        replace(second, waited_seconds=None),
        replace(second, name="another", waited_seconds=10.0, held_seconds=0.0),
    )
    browser = opened(replace(recording, by_thread=threads))

    def sort_by(title):
        xpath = f"//h2[.='Threads']/..//th[button='{title}']"
        browser.find_element("xpath", f"{xpath}/button").click()
        return browser.find_element("xpath", xpath).get_attribute("aria-sort")

    assert sort_by("waited s") == "descending"
    assert column(browser, "Threads", 0) == ["another", "MainThread", "worker"]
    assert sort_by("waited s") == "ascending"
    assert column(browser, "Threads", 0) == ["MainThread", "another", "worker"]
    assert sort_by("thread") == "ascending"
    assert column(browser, "Threads", 0) == ["another", "MainThread", "worker"]
    assert len(browser.find_elements("css selector", "[aria-sort]")) == 1


def test_search_leaves_the_rows_and_lanes_that_match(opened, recording):
    browser = opened(recording)

    def shown():
        return browser.execute_script("return view.rows.map((row) => row.name)")

    press(browser, "/WORKER")
    assert column(browser, "Threads", 0) == ["worker"]
    assert shown() == ["worker"]
    browser.find_element("id", "search").clear()
    press(browser, "/dumps(")
    assert len(column(browser, "Lines that held", 0)) == 1
    assert column(browser, "Threads", 0) == []
    assert shown() == ["MainThread", "worker"], "a search for a line leaves no lane"
    browser.execute_script("searchFor('')")
    assert len(column(browser, "Lines that held", 0)) == 2


def test_stall_of_the_table_is_shown_among_the_lanes(opened, recording):
    browser = opened(recording)

    browser.find_element("css selector", "[data-stall]").click()

    assert browser.find_element("id", "hint").text.startswith("MainThread: stall of 250 ms")


def test_page_is_light_or_dark_as_the_system_is_and_as_one_likes(opened, recording):
    browser = opened(recording)

    def ground():
        return browser.execute_script("return getComputedStyle(document.body).backgroundColor")

    def prefer(scheme):
        feature = {"name": "prefers-color-scheme", "value": scheme}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    prefer("light")
    light = ground()
    browser.find_element("id", "theme").click()
    dark = ground()
    prefer("dark")
    assert ground() == dark != light
    browser.find_element("id", "theme").click()
    assert ground() == light
    prefer("")


def test_names_of_the_program_are_text_in_the_browser(opened, made_up):
    browser = opened(evil_recording(made_up))

    assert browser.find_elements("tag name", "img") == []
    assert all(EVIL in name for name in column(browser, "Threads", 0))
    assert EVIL in column(browser, "Lines that held", 0)[0]


def test_a_thousand_lanes_are_no_larger_a_picture_than_ten(opened, made_up):
    def size(count):
        holds = [Hold(i / 1000, 0.0005, i % count) for i in range(count)]
        browser = opened(made_up(holds, [], [f"t{i}" for i in range(count)]))
        return browser.execute_script("return canvas.height"), browser

    (few, _), (many, browser) = size(20), size(1000)

    assert many == few
    browser.execute_script("frame.scrollTop = 500 * LANE; draw();")
    assert browser.execute_script(PIXEL, 0.50025, 500, 0) != colour_of(browser, "lane")


READS_OF_A_FRAME = """
let reads = 0;
const counted = (values) => new Proxy(values, {
  get(target, name) { reads++; return target[name]; },
});
for (const { held } of view.rows.map(seriesOfRow)) held.starts = counted(held.starts);
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
