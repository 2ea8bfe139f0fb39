"""The page of a program without a GIL: its stops of the world, in words and as bars."""

import json
import re
from dataclasses import replace
from html import unescape

import pytest

from gilext.recording.holds import Hold
from gilext.recording.pauses import Pause
from gilext.render import page


def data_of(html):
    """Return what is drawn of the only process."""
    (process,) = json.loads(re.search(r"const DATA = (.*);", html)[1])["processes"]
    return process


def text_of(html):
    """Return what a page says, without its tags."""
    body = re.search(r"<body>(.*)<script>", html, re.DOTALL)[1]
    return unescape(" ".join(re.sub("<[^>]*>", "", body).split()))


def test_page_says_who_asked_for_a_stop_why_and_who_was_waited_for(without_gil):
    text = text_of(page.render(without_gil))

    assert (
        "MainThread /some/where/app.py:12 tidy for garbage collection "
        "waited 75.0 ms for worker, attached at /some/where/work.py:41 crunch, calling "
        "zlib.compress 0.100000 100.00 50.00"
    ) in text
    assert (
        "unknown waited 100.0 ms for worker, attached at /some/where/work.py:41 crunch "
        "waited for MainThread 0.600000 100.00 -"
    ) in text
    assert "3 shorter stops of the world aren't drawn." in text


def test_page_without_a_gil_has_what_was_attached_and_no_figure_of_holds(without_gil):
    text = text_of(page.render(without_gil))

    assert "thread attached s ± s of the time CPU s worker 0.750 0.010 75.0 % 0.700" in text
    assert "Lines that stayed attached line attached s" in text
    assert "stopping the world the world stands still attached: the stop waits for it ran " in text
    for word in ("held s", "holds", "longest ms", "waited s", "released", "next stall"):
        assert word not in text, word


def test_figures_of_the_page_are_those_of_the_text(without_gil):
    stops, lines, threads = without_gil.report().tables
    text = text_of(page.render(without_gil))

    of_stops = [row[2:] for row in stops.rows if row[1] != ""]
    assert of_stops == [(100.0, 50.0), (100.0, None)]
    for stopping, still in of_stops:
        assert f" {stopping:.2f} {'-' if still is None else f'{still:.2f}'} " in text
    ((_, attached),) = [row for row in lines.rows if row[1] != ""]
    assert f"sum(rows) crunch {attached:.3f} " in text
    for name, attached, error, part, cpu in threads.rows:
        assert f" {name} {attached:.3f} {error:.3f} {part:.1%} {cpu:.3f}".replace("%", " %") in text


def test_page_with_a_gil_says_nothing_of_stops(made_up):
    html = page.render(made_up([Hold(0.1, 0.1, 0)], names=["a"]))

    assert data_of(html)["pauses"] is None
    for word in ("stop", "attached", "standing"):
        assert word not in text_of(html), word


def test_page_of_a_gil_that_came_back_has_both(without_gil):
    holds = replace(without_gil.by_thread[0], holds=1, held_seconds=0.125)
    threads = (holds, *without_gil.by_thread[1:])
    both = replace(without_gil, held_fraction=0.125, held_error=0.01, by_thread=threads)
    text = text_of(page.render(both))

    assert "held s of the time holds longest ms attached s ± s of the time CPU s" in text
    assert "MainThread 0.125 12.5 % 1 0.00 0.250 0.010 25.0 % 0.200" in text
    assert "Lines that held or stayed attached" in text
    assert "ran without the GIL" in text


def test_none_seen_is_a_lane_without_a_stop(without_gil):
    html = page.render(replace(without_gil, pauses=(), pauses_seen=0))

    assert data_of(html)["pauses"] == []
    assert "<h2>Stops of the world</h2>" not in html
    assert "next stop" not in html


def test_of_several_processes_the_longest_stops_are_drawn(
    without_gil, made_up_process, monkeypatch
):
    monkeypatch.setattr("gilext.render.page.detail.MAX_PAUSES", 1)
    children = (replace(without_gil, process=made_up_process(101, start_seconds=2.0)),)
    root = replace(without_gil, process=made_up_process(100), children=children)

    html = page.render(root)

    first, second = json.loads(re.search(r"const DATA = (.*);", html)[1])["processes"]
    assert [(pause["start"], pause["seconds"]) for pause in first["pauses"]] == [
        (0.1, pytest.approx(0.15))
    ]
    assert second["pauses"] == []
    assert "9 shorter stops of the world aren't drawn." in text_of(html)
    assert "… and 9 shorter ones" in text_of(html)


EVIL = "</script><img src=x onerror=alert(1)>"


def test_what_the_program_names_can_not_leave_its_place(without_gil):
    frame = replace(without_gil.pauses[0].frames[0], file=EVIL, function=EVIL)
    waited = replace(without_gil.pauses[0].waited_for[0], frames=(frame,))
    pause = replace(
        without_gil.pauses[0], frames=(frame,), reason=EVIL, waited_for=(waited,), asker=1
    )
    threads = tuple(replace(thread, name=EVIL) for thread in without_gil.by_thread)
    html = page.render(replace(without_gil, by_thread=threads, pauses=(pause,)))

    assert "<img" not in html
    assert html.count("</script>") == 1


POINT = """
const [time, lane, below] = arguments;
const x = nameWidth() + (time - view.from) / (view.to - view.from)
  * (canvas.clientWidth - nameWidth());
return [x, seenTops(frame.clientHeight - AXIS).get(lane) + below];
"""
HINT = f"const [x, y] = (function () {{{POINT}}})(...arguments); return textAt(x, y);"
# Which of a row's colours are in a column of pixels through its bar.
COLOURS = """
const [time, lane, names] = arguments, all = colours();
const dot = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const pixels = (context, x, y, width, height) => {
  const { data } = context.getImageData(x, y, width, height), found = [];
  for (let i = 0; i < data.length; i += 4) found.push(data.slice(i, i + 3).join());
  return found;
};
const x = nameWidth() + (time - view.from) / (view.to - view.from)
  * (canvas.clientWidth - nameWidth());
const top = seenTops(frame.clientHeight - AXIS).get(lane);
const seen = pixels(canvas.getContext("2d"), x, Math.ceil(top), 4, BAR - 1);
return names.map((name) => {
  dot.fillStyle = all[name];
  dot.fillRect(0, 0, 1, 1);
  const [wanted] = pixels(dot, 0, 0, 1, 1);
  return seen.filter((pixel) => pixel === wanted).length / seen.length;
});
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_stop_is_hatched_until_the_world_stands_still(opened, without_gil, width, theme):
    browser = opened(without_gil, width)
    browser.execute_script(f"document.documentElement.dataset.theme = '{theme}'; draw();")

    def parts(time, lane):
        return browser.execute_script(COLOURS, time, lane, ["stalled", "waited", "held", "lane"])

    still, stopping, _, ground = parts(0.13, 0)
    assert still == 0
    assert 0 < stopping < 0.5 < ground, "more than the lower half of the bar"
    assert parts(0.22, 0) == [1, 0, 0, 0]
    assert parts(0.65, 0)[0] == parts(0.7, 0)[0] == 0 < parts(0.65, 0)[1], "never stood still"
    assert parts(0.33, 0) == [0, 0, 0, 1]
    asked, waited_for = parts(0.13, 1), parts(0.13, 2)
    assert asked[0] == asked[2] == 0 < asked[1]
    assert waited_for == [0, 0, pytest.approx(1, abs=0.3), 0]
    assert parts(0.185, 2) == [0, 0, 0, 1], "attached for longer than it was"
    assert parts(0.22, 1) == parts(0.22, 2) == [0, 0, 0, 1]
    assert browser.execute_script("return document.body.scrollWidth <= innerWidth")


def test_hint_tells_by_whom_why_how_long_and_waiting_for_whom(opened, without_gil):
    browser = opened(without_gil)

    def hint(time, lane):
        return browser.execute_script(HINT, time, lane, 10)

    said = (
        "stop of the world of 150 ms from 0.100000 s, asked for by MainThread "
        "for garbage collection\n"
        "  the garbage collector, generation 2\n"
        "  /some/where/app.py:12 tidy\n"
        "  /some/where/app.py:30 <module>\n"
        "stopping for 100 ms, stood still for 50 ms\n"
        "waited for worker, attached for 75 ms at /some/where/work.py:41 crunch, "
        "calling zlib.compress"
    )
    assert hint(0.15, 0) == hint(0.15, 1) == hint(0.15, 2) == said
    assert hint(0.65, 0) == (
        "stop of the world of 100 ms from 0.600000 s, asked for by an unknown thread\n"
        "stopping for 100 ms, not seen standing still\n"
        "waited for worker, attached for 100 ms at /some/where/work.py:41 crunch\n"
        "waited for MainThread, attached for less than two samples"
    )
    assert hint(0.4, 0) == ""
    assert hint(0.45, 2) == "worker in these 100 ms: ran 100 ms"


def test_stops_are_walked_by_the_keyboard(opened, without_gil):
    from selenium.webdriver import ActionChains

    browser = opened(without_gil)
    hint = browser.find_element("id", "hint")
    browser.execute_script("canvas.focus()")

    def press(keys):
        ActionChains(browser).send_keys(keys).perform()
        return hint.text.split(" from ")[1][:8]

    assert [press("n"), press("n"), press("n"), press("p")] == [
        "0.100000", "0.600000", "0.100000", "0.600000",
    ]  # fmt: skip
    start, end = browser.execute_script("return [view.from, view.to]")
    assert start < 0.6 < 0.7 < end <= 1


def test_stop_of_the_table_is_shown_in_the_lane_of_stops(opened, without_gil):
    browser = opened(without_gil)

    browser.find_element("css selector", "[data-pause='1']").click()

    assert "from 0.600000 s" in browser.find_element("id", "hint").text


def test_stop_is_found_where_the_lane_of_stops_is_not_shown(opened, without_gil):
    browser = opened(without_gil)

    browser.execute_script("searchFor('worker'); step(1);")

    assert browser.execute_script("return view.rows.map((row) => row.name)") == ["worker"]
    assert "from 0.100000 s" in browser.find_element("id", "hint").text


def test_too_short_a_stop_is_seen_all_the_same(opened, without_gil):
    short = Pause(0.5, 1e-6, 1e-6, None, (), None, ())
    browser = opened(replace(without_gil, pauses=(short,)))

    still, stopping, _, _ = browser.execute_script(
        COLOURS, 0.499, 0, ["stalled", "waited", "held", "lane"]
    )
    assert still > 0 < stopping


def test_stops_of_a_closed_process_are_shown_in_its_lane(opened, without_gil, made_up_process):
    children = tuple(
        replace(without_gil, process=made_up_process(101 + i, start_seconds=1.0)) for i in range(8)
    )
    browser = opened(replace(without_gil, process=made_up_process(100), children=children))

    browser.execute_script("step(1)")
    hint = browser.find_element("id", "hint").text
    assert hint.startswith("100 app.py: stop of the world of 150 ms")
    browser.execute_script("show(0, total); setOpen([processes[0]], true); draw();")
    names = browser.execute_script("return view.rows.slice(0, 3).map((row) => row.name)")
    assert names == ["100 app.py", "stops of the world", "MainThread"]
    assert browser.execute_script(COLOURS, 0.22, 0, ["stalled"]) == [1]
