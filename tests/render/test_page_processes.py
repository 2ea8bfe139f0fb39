"""The page of several processes: as groups on one clock, opened and closed, and small."""

import base64
import json
import re
import struct
from dataclasses import replace
from html import unescape

import pytest

from gilext.recording.holds import Hold
from gilext.recording.parts import Activity, HeldStack, StackSample, Stall, Victim
from gilext.recording.results import Frame
from gilext.render import page
from gilext.render.page import detail

WORK = Frame("/some/where/work.py", 42, "work")
SHORT, LONG = Hold(0.1, 0.1, 1), Hold(0.5, 0.25, 0)
STALL = Stall(LONG, (StackSample(0.25, (WORK,)),), (Victim(1, 0.24, (WORK,)),))
STACK = HeldStack(0, (WORK,), 0.3, 0.24, 2, 0.25, "dumps(rows)", victims=((1, 0.24),))
WAITS = {"wait_seconds": 0.24, "wait_error": 0.01, "pressure": 0.2, "pressure_error": 0.01}


@pytest.fixture
def of_process(made_up, made_up_process):
    """Make the recording of a process up, in which MainThread made worker wait."""

    def make(pid, start=0.0, origin="run", end="ended", holds=(SHORT, LONG), **fields):
        process = made_up_process(pid, start_seconds=start, origin=origin, end=end)
        known = WAITS | {
            "stalls": [STALL],
            "stacks": (STACK,),
            "activity": Activity(0.25, ((0, 2, 0.1, 0.0), (1, 2, 0.1, 0.2))),
        }
        return made_up(holds, names=["MainThread", "worker"], process=process, **known | fields)

    return make


@pytest.fixture
def family(of_process):
    """Return a recording of three processes: of the first, one began before and one after."""
    children = (
        of_process(101, 0.0, origin="fork"),
        of_process(102, 2.0, end="killed", incomplete_reason="its last moments are missing"),
    )
    return replace(of_process(100, 1.0), children=children)


def many(of_process, count, **fields):
    """Return a recording of so many processes, and one more."""
    children = tuple(of_process(101 + i, 0.01 * i, origin="fork", **fields) for i in range(count))
    return replace(of_process(100), children=children)


def processes_of(html):
    return json.loads(re.search(r"const DATA = (.*);", html)[1])["processes"]


def unpacked(kind, text):
    packed = base64.b64decode(text)
    return struct.unpack(f"<{len(packed) // struct.calcsize('<' + kind)}{kind}", packed)


def text_of(html):
    """Return what a page says, without its tags."""
    body = re.search(r"<body>(.*)<script>", html, re.DOTALL)[1]
    return unescape(" ".join(re.sub("<[^>]*>", "", body).split()))


def test_each_process_is_told_with_how_it_ended(family):
    text = text_of(page.render(family))

    assert "100 app.py" in text and "101 app.py, forked" in text
    assert "102 app.py killed: its last moments are missing" in text
    assert "in process 100 and 2 more" in text
    assert "Which line made which thread wait in process 100 (app.py), in seconds" in text
    assert "102 MainThread /some/where/work.py:42" in text
    assert "Process 102: Incomplete: its last moments are missing." in text


def test_processes_begin_when_they_did(family):
    processes = processes_of(page.render(family))

    assert [one["start"] for one in processes] == [1.0, 0.0, 2.0]
    assert [one["stalls"][0]["start"] for one in processes] == [1.5, 0.5, 2.5]
    assert processes[2]["name"] == "102 app.py, killed"


def test_single_process_has_no_table_of_processes(of_process):
    html = page.render(of_process(100))

    assert "<h2>Processes" not in html and 'id="threads"' not in html
    assert '"isSingle": true' in html


def test_holds_of_many_processes_are_added_up_where_they_are_too_many(of_process, monkeypatch):
    monkeypatch.setattr(detail, "MAX_HOLDS", 1_000)
    crowd = [Hold(i / 4000, 0.5 / 4000, i % 2) for i in range(4000)]
    whole = replace(of_process(100), children=(of_process(101, holds=crowd),))

    html = page.render(whole)

    few, crowded = processes_of(html)
    assert len(unpacked("d", few["starts"])) == 2 and few["held"]["bucketSeconds"] == 0
    assert crowded["starts"] == "" and crowded["held"]["bucketSeconds"] == pytest.approx(0.002)
    amounts = unpacked("f", crowded["held"]["amounts"])
    assert sum(amounts) == pytest.approx(0.5, rel=1e-4)
    assert len(amounts) < 1_100
    assert "Of 1 of the 2 processes, held time is drawn in steps of up to 2 ms" in html
    assert "drawn in steps" not in page.render(whole.children[0])


def test_who_wants_little_leaves_the_rest_to_others():
    assert detail._shares([5, 1000, 10, 1000], 515) == [5, 250, 10, 250]
    assert detail._shares([5, 7], 100) == [5, 7]
    assert detail._shares([], 100) == []


def test_shorter_stalls_of_many_are_left_out_and_counted(of_process, monkeypatch):
    monkeypatch.setattr(detail, "MAX_STALLS", 3)
    stalls = [replace(STALL, hold=Hold(0.1 * i, 0.01 * (i + 1), 0)) for i in range(5)]

    html = page.render(many(of_process, 1, stalls=stalls))

    first, second = processes_of(html)
    assert [round(one["seconds"], 3) for one in first["stalls"]] == [0.25]
    assert [round(one["seconds"], 3) for one in second["stalls"]] == [0.04, 0.05]
    assert "3 shorter stalls aren't drawn." in html.replace("&#39;", "'")


def test_what_many_threads_did_is_drawn_in_longer_steps(of_process, monkeypatch):
    monkeypatch.setattr(detail, "MAX_ROWS", 200)
    rows = tuple((1, bucket, 0.0, 0.001) for bucket in range(1000))
    crowded = of_process(101, activity=Activity(0.001, rows))
    whole = replace(of_process(100), children=(crowded,))

    few, many = (one["activity"] for one in processes_of(page.render(whole)))

    assert few["bucketSeconds"] == 0.25
    waited = unpacked("f", many["waited"])
    assert many["bucketSeconds"] == pytest.approx(0.006)
    assert len(waited) == 167
    assert sum(waited) == pytest.approx(1.0, rel=1e-4)


def test_of_those_that_waited_in_a_stall_of_many_processes_ten_are_named(of_process):
    victims = tuple(Victim(i % 2, 0.24 - i / 1000, ()) for i in range(25))
    crowded = of_process(101, stalls=[replace(STALL, victims=victims)])
    whole = replace(of_process(100), children=(crowded,))

    (alone,), (among,) = (processes_of(page.render(one))[-1]["stalls"] for one in (crowded, whole))

    assert (len(alone["victims"]), alone["more"]) == (25, 0)
    assert (len(among["victims"]), among["more"]) == (10, 15)


def test_page_of_fifty_processes_is_small(of_process, monkeypatch):
    monkeypatch.setattr(detail, "MAX_HOLDS", 25_000)
    crowd = [Hold(i / 2000, 0.5 / 2000, i % 2) for i in range(2000)]

    html = page.render(many(of_process, 49, holds=crowd))

    assert len(html) < 25_000 * 14 * 4 / 3 + 50 * 12_000 + 60_000


def rows(browser):
    return browser.execute_script("return view.rows.map((row) => row.name)")


def test_few_processes_are_open_and_close_by_their_names(opened, family):
    from selenium.webdriver.common.actions.action_builder import ActionBuilder

    browser = opened(family)
    whole = [
        "100 app.py", "MainThread", "worker", "101 app.py, forked", "MainThread", "worker",
        "102 app.py, killed", "MainThread", "worker",
    ]  # fmt: skip
    assert rows(browser) == whole

    def click_on_name(row):
        left, top, lane = browser.execute_script(
            "const box = canvas.getBoundingClientRect(); return [box.left, box.top, LANE]"
        )
        actions = ActionBuilder(browser)
        actions.pointer_action.move_to_location(int(left + 20), int(top + (row + 0.5) * lane))
        actions.pointer_action.click()
        actions.perform()

    click_on_name(0)
    assert rows(browser) == ["100 app.py", *whole[3:]]
    click_on_name(1)
    assert rows(browser) == ["100 app.py", "101 app.py, forked", *whole[6:]]
    click_on_name(0)
    assert rows(browser) == [*whole[:3], "101 app.py, forked", *whole[6:]]
    click_on_name(1)
    assert len(rows(browser)) == 7, "a thread was closed"


def test_many_processes_are_closed_and_opened_together(opened, of_process):
    browser = opened(many(of_process, 11))
    assert len(rows(browser)) == 12

    browser.find_element("id", "threads").click()
    assert len(rows(browser)) == 36
    browser.find_element("id", "threads").click()
    assert len(rows(browser)) == 12


PIXEL = """
const [time, row, below] = arguments;
const x = nameWidth() + (time - view.from) / (view.to - view.from)
  * (canvas.clientWidth - nameWidth());
const y = row * LANE + TOP + BAR / 2 + below;
return Array.from(canvas.getContext("2d").getImageData(x, y, 1, 1).data.slice(0, 3));
"""
COLOURS = """
const dot = document.createElement("canvas").getContext("2d"), found = {};
for (const [name, colour] of Object.entries(colours())) {
  dot.fillStyle = colour;
  dot.fillRect(0, 0, 1, 1);
  found[name] = Array.from(dot.getImageData(0, 0, 1, 1).data.slice(0, 3));
}
return found;
"""


@pytest.mark.parametrize("is_summed", [False, True])
def test_lanes_of_all_processes_share_one_axis(opened, family, monkeypatch, is_summed):
    if is_summed:
        monkeypatch.setattr(detail, "MAX_HOLDS", 0)
    browser = opened(family)
    colour = browser.execute_script(COLOURS)

    def pixel(time, row):
        return browser.execute_script(PIXEL, time, row, 0)

    for start, row in ((1.0, 0), (0.0, 3), (2.0, 6)):
        assert pixel(start + 0.7, row) == pixel(start + 0.7, row + 1) == colour["stalled"]
        assert pixel(start + 0.15, row) == pixel(start + 0.15, row + 2) == colour["held"]
        assert pixel(start + 0.15, row + 1) == pixel(start + 0.7, row + 2) == colour["lane"]
    assert pixel(0.55, 0) == pixel(2.55, 0) == pixel(1.55, 3) == colour["back"]
    assert browser.execute_script("return document.body.scrollWidth <= innerWidth")


def test_detail_ends_in_the_process_in_which_it_is_missing(opened, family):
    first, second = family.children
    cut = replace(first, holds_truncated_at_seconds=0.8)
    browser = opened(replace(family, children=(cut, second)))
    colour = browser.execute_script(COLOURS)

    assert browser.execute_script(PIXEL, 0.9, 3, 0) == colour["missing"]
    assert browser.execute_script(PIXEL, 1.95, 0, 0) == colour["lane"]


def test_last_bucket_of_time_ends_with_its_process(opened, family):
    first, second = family.children
    waited = replace(first, activity=Activity(0.3, ((1, 3, 0.0, 0.1),)))
    browser = opened(replace(family, children=(waited, second)))
    colour = browser.execute_script(COLOURS)

    assert browser.execute_script(PIXEL, 0.95, 5, 13) == colour["waited"]
    assert browser.execute_script(PIXEL, 1.05, 5, 13) == colour["back"]


def test_stalls_are_walked_in_order_of_time_over_all_processes(opened, family):
    browser = opened(family)
    hint = browser.find_element("id", "hint")
    found = []
    for _ in range(3):
        browser.execute_script("step(1)")
        found.append(hint.text.splitlines()[0])

    assert [line[:3] for line in found] == ["101", "100", "102"]
    assert found[1] == "100 app.py, MainThread: stall of 250 ms from 1.500000 s"


def test_stall_of_a_closed_process_is_shown_in_its_lane(opened, of_process):
    browser = opened(many(of_process, 11))

    browser.find_elements("css selector", "[data-stall]")[-1].click()

    assert "stall of 250 ms" in browser.find_element("id", "hint").text
    assert len(rows(browser)) == 12


def test_process_of_the_table_is_opened_and_brought_into_sight(opened, of_process):
    browser = opened(many(of_process, 40))

    browser.execute_script("document.querySelector('[data-process=\"35\"]').click()")

    assert rows(browser)[35:38] == ["135 app.py, forked", "MainThread", "worker"]
    place = browser.execute_script("return 35 * LANE - frame.scrollTop")
    assert 0 <= place < browser.execute_script("return frame.clientHeight")


def test_search_finds_processes_and_threads_of_closed_ones(opened, of_process):
    browser = opened(many(of_process, 11))

    browser.execute_script("searchFor('105 APP')")
    assert rows(browser) == ["105 app.py, forked", "MainThread", "worker"]
    browser.execute_script("searchFor('work')")
    assert rows(browser)[:2] == ["100 app.py", "worker"]
    assert len(rows(browser)) == 24
    browser.execute_script("searchFor('work.py:42')")
    assert len(rows(browser)) == 12, "a search for a line leaves no lane"


def test_only_what_is_seen_is_unpacked(opened, of_process):
    browser = opened(many(of_process, 200))

    made = browser.execute_script("return processes.filter((one) => one.series).length")
    assert 0 < made < 40
