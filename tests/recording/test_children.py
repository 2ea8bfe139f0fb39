"""Children under watch: each records itself, however it begins and ends."""

import gc
import json
import os
import re
import subprocess
import sys
import tempfile
import textwrap
from types import SimpleNamespace

import pytest

import gilext
from gilext.recording.child import new_file
from gilext.recording.child_settings import MAX_RECORDINGS, START_UP, ChildSettings, settings_of
from gilext.recording.folders import recordings_in

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")

FORKED = [
    "forked",
    "left_at_once",
    "killed",
    "replaced",
    "forked_and_forking",
    "forked_twice",
    "forked_in_a_thread",
    "by_fork",
    "by_forkserver",
]
STARTED = [
    "by_spawn",
    "started",
    "optimized",
    "started_and_starting",
    "started_twice",
    "as_code",
]


@pytest.fixture(scope="module")
def family(tmp_path_factory):
    """Return the recording of a family, as JSON, and the number of each process by its way."""
    noted = tmp_path_factory.mktemp("family") / "noted"
    script = os.path.join(os.path.dirname(__file__), "..", "children", "watched_family.py")
    done = subprocess.run(
        [sys.executable, script], env=os.environ | {"FAMILY": str(noted)},
        capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    numbers = dict(line.split() for line in noted.read_text().splitlines())
    return json.loads(done.stdout), {way: int(number) for way, number in numbers.items()}


def child_of(family, way):
    recording, numbers = family
    return next(one for one in recording["children"] if one["process"]["pid"] == numbers[way])


def functions_of(recording):
    return {frame["function"] for stack in recording["stacks"] for frame in stack["frames"]}


@pytest.mark.forks
@pytest.mark.with_gil
@pytest.mark.parametrize("way", [*FORKED, *STARTED, "in_a_pool"])
def test_what_held_the_gil_is_said_of_the_process_that_did(family, way):
    recording, numbers = family
    for one in (recording, *recording["children"]):
        is_it = one["process"]["pid"] == numbers[way]
        assert (way in functions_of(one)) == is_it, one["process"]


@pytest.mark.forks
@pytest.mark.parametrize(
    ("ways", "origin"), [(FORKED, "fork"), (STARTED, "start")], ids=["forked", "started"]
)
def test_each_says_how_it_came_to_be_watched(family, ways, origin):
    assert {child_of(family, way)["process"]["origin"] for way in ways} == {origin}


@pytest.mark.forks
def test_only_who_was_killed_is_said_to_have_been(family):
    recording, numbers = family
    ends = {one["process"]["pid"]: one["process"]["end"] for one in recording["children"]}

    assert [way for way, number in numbers.items() if ends.get(number) == "killed"] == ["killed"]


@pytest.mark.forks
def test_grandchild_has_its_own_parent(family):
    for younger, elder in [
        ("forked_twice", "forked_and_forking"),
        ("started_twice", "started_and_starting"),
    ]:
        parent = child_of(family, elder)["process"]["pid"]
        assert child_of(family, younger)["process"]["parent_pid"] == parent


@pytest.mark.forks
def test_children_are_in_the_order_in_which_they_began(family):
    recording, _ = family
    begun = [one["process"]["start_ns"] for one in recording["children"]]

    assert begun == sorted(begun)


@pytest.mark.forks
def test_command_is_what_the_process_was_started_with(family):
    recording, _ = family

    assert child_of(family, "optimized")["process"]["command"][1] == "-O"
    assert child_of(family, "forked")["process"]["command"] == recording["process"]["command"]


@pytest.mark.forks
def test_isolated_child_is_not_seen(family):
    recording, numbers = family

    assert numbers["isolated"] not in [one["process"]["pid"] for one in recording["children"]]


@pytest.fixture
def begin(tmp_path):
    """Start `python -c` as a watched child; its recording is in the folder."""
    (tmp_path / "recordings").mkdir()

    def run(code, *options, before=()):
        told = ChildSettings(str(begin.folder), 2e-4, 0.02, 1 << 20, True, 0.01).to_text()
        return plain(code, *options, before=[START_UP, *before], GILEXT_CHILDREN=begin.change(told))

    begin = SimpleNamespace(folder=tmp_path / "recordings", change=str, run=run)
    return begin


def plain(code, *options, before=(), **variables):
    others = [*map(str, before), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.run(
        [sys.executable, *options, "-c", textwrap.dedent(code)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(others)} | variables,
        capture_output=True, text=True, timeout=100,
    )  # fmt: skip


def said(done):
    return done.returncode, done.stdout, done.stderr


CUSTOM = {
    "none": None,
    "one": "import sys\nLINE = [__name__, __file__, __spec__.origin, sys.path]\n",
    "raises": "1 / 0",
    "lacks a module": "import is_nowhere",
    "takes itself away": "import sys\ndel sys.modules[__name__]",
}
ASKS = """
    import sys
    print(sys.path, sys.argv, sys.orig_argv, sys.flags)
    own = sys.modules.get("sitecustomize")
    print(own, getattr(own, "LINE", None))
"""


@pytest.mark.parametrize("custom", CUSTOM.values(), ids=CUSTOM)
def test_child_sees_its_path_and_its_sitecustomize_as_without_a_watch(begin, tmp_path, custom):
    own = tmp_path / "own"
    own.mkdir()
    if custom is not None:
        (own / "sitecustomize.py").write_text(custom)

    watched, unwatched = begin.run(ASKS, before=[own]), plain(ASKS, before=[own])

    assert said(watched) == said(unwatched)
    assert len(list(begin.folder.glob("*.gilext"))) == 1


def test_sitecustomize_that_cannot_go_on_ends_the_child_as_without_a_watch(begin, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("raise SystemExit('no')")

    watched, unwatched = begin.run("1", before=[tmp_path]), plain("1", before=[tmp_path])

    assert watched.returncode == unwatched.returncode != 0
    assert "SystemExit: no\n" in watched.stderr
    assert "SystemExit: no\n" in unwatched.stderr


def test_child_goes_on_in_silence_if_its_folder_is_gone(begin):
    begin.folder.rmdir()

    assert said(begin.run("print(1)")) == (0, "1\n", "")


@pytest.mark.skipif(sys.platform != "linux", reason="asks for a folder that nobody can write to")
def test_child_goes_on_in_silence_if_its_folder_takes_no_file(begin):
    begin.folder = "/proc/self"

    assert said(begin.run("print(1)")) == (0, "1\n", "")


def test_other_python_goes_on_in_silence_and_is_told_of(begin):
    begin.change = lambda told: told.replace(".cpython-", ".elsewhere-")

    assert said(begin.run("print(1)")) == (0, "1\n", "")
    _, reason = recordings_in(begin.folder)
    assert re.fullmatch(
        r"1 child process couldn't be watched \(\w+ [\d.]+\w* can't load this gilext\)", reason
    )


def test_child_with_another_gilext_keeps_it_and_is_told_of(begin, tmp_path):
    (tmp_path / "other" / "gilext").mkdir(parents=True)
    (tmp_path / "other" / "gilext" / "__init__.py").write_text("OTHER = 1")

    done = begin.run("import gilext; print(gilext.OTHER)", before=[tmp_path / "other"])

    assert said(done) == (0, "1\n", "")
    assert recordings_in(begin.folder) == (
        (),
        "1 child process couldn't be watched (it has another gilext)",
    )


def test_processes_that_cannot_be_watched_are_counted_by_reason(tmp_path):
    reasons = ["a"] * 3 + ["b"] * 2 + ["c", "d"]
    (tmp_path / "unwatched").write_text("".join(f"{i} {one}\n" for i, one in enumerate(reasons)))

    _, reason = recordings_in(tmp_path)

    assert reason == "7 child processes couldn't be watched (3: a; 2: b; 1: c; …)"


def test_files_without_a_recording_are_told_apart(tmp_path):
    (tmp_path / "1.gilext").write_bytes(b"")
    (tmp_path / "2.gilext").write_bytes(b"torn")
    (tmp_path / "3.gilext").write_bytes(b"torn")

    children, reason = recordings_in(tmp_path)

    assert children == ()
    assert reason == (
        "3 child processes couldn't be watched (2: its file is damaged; 1: it had only begun)"
    )


def test_folder_keeps_so_many_recordings_and_no_more(tmp_path):
    settings = ChildSettings(str(tmp_path), 2e-4, 0.02, 1 << 20, True, 0.01)
    (tmp_path / "begun").write_bytes(b"." * (MAX_RECORDINGS - 1))

    settings.count_recording()

    with pytest.raises(RuntimeError, match=f"at most {MAX_RECORDINGS}"):
        settings.count_recording()


def test_settings_come_back_from_the_environment(tmp_path):
    settings = ChildSettings(f"{tmp_path}/a;b=c", 1e-4, 0.0, 123, False, 0.5)

    again = settings_of(settings.to_text())

    assert [getattr(again, name) for name in ChildSettings.__slots__] == [
        getattr(settings, name) for name in ChildSettings.__slots__
    ]


def test_number_that_is_used_again_overwrites_nothing(tmp_path):
    files = [new_file(str(tmp_path)) for _ in range(3)]

    assert [os.path.basename(file) for file in files] == [
        f"{os.getpid()}.gilext",
        f"{os.getpid()}-2.gilext",
        f"{os.getpid()}-3.gilext",
    ]


@pytest.mark.slow
@pytest.mark.forks
@pytest.mark.parametrize(("way", "number"), [("forks", 1000), ("at_once", 200)])
def test_no_child_of_many_is_missing_or_hangs(run_child, way, number):
    run_child("many_children.py", way, str(number))


@pytest.mark.slow
@pytest.mark.forks
def test_forks_of_threads_while_watches_begin_and_end_hang_nothing(run_child, tmp_path):
    run_child("fork_storm.py", STORM=str(tmp_path))


# -- the parent's environment ---------------------------------------------------------------------


@pytest.mark.parametrize("path", [None, "", "/some/where", f"/some{os.pathsep}/where"])
def test_environment_is_as_before_when_the_block_has_ended(monkeypatch, path):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    if path is not None:
        monkeypatch.setenv("PYTHONPATH", path)
    before = dict(os.environ)

    with gilext.watch(children=True):
        inside = dict(os.environ)

    assert dict(os.environ) == before
    assert inside["PYTHONPATH"] == os.pathsep.join([START_UP, path] if path else [START_UP])


def test_environment_keeps_what_the_block_has_changed(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/old")
    with gilext.watch(children=True):
        os.environ["PYTHONPATH"] += f"{os.pathsep}/new"
        del os.environ["GILEXT_CHILDREN"]

    assert os.environ["PYTHONPATH"] == f"/old{os.pathsep}/new"
    assert "GILEXT_CHILDREN" not in os.environ


def test_watch_without_children_leaves_the_environment_alone_and_follows_no_fork(run_child):
    run_child("watch_without_children.py")


def test_nothing_is_left_of_the_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with gilext.watch(children=True):
        assert len(list(tmp_path.iterdir())) == 1

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("way", ["raises", "is dropped", "is stopped and dropped"])
def test_watch_that_never_ends_its_block_leaves_no_trace(monkeypatch, tmp_path, way):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = dict(os.environ)
    watched = gilext.watch(children=True)
    if way == "raises":
        monkeypatch.setattr(watched, "_new_sampler", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            watched.__enter__()
    else:
        watched.__enter__()
    if way == "is stopped and dropped":
        watched.stop()
        assert dict(os.environ) == before
    if way != "raises":
        del watched
        gc.collect()

    assert (dict(os.environ), list(tmp_path.iterdir())) == (before, [])


# -- several watches ------------------------------------------------------------------------------


def pid_of_child():
    done = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(done.stdout)


def children_of(recording):
    return [child.process.pid for child in recording.children]


def test_watch_within_another_has_its_children_and_so_has_the_other():
    with gilext.watch(children=True) as outer:
        before = pid_of_child()
        with gilext.watch(children=True) as inner:
            inside = pid_of_child()
        after = pid_of_child()

    assert children_of(inner) == [inside]
    assert children_of(outer) == [before, inside, after]
    assert inner.children_unavailable_reason is outer.children_unavailable_reason is None


WATCHES_ITS_OWN = """
import gilext, os, subprocess, sys
with gilext.watch(children=True) as watched:
    subprocess.run([sys.executable, "-c", "pass"], check=True)
print(os.getpid(), *(child.process.pid for child in watched.recording.children))
"""


def test_child_that_watches_its_own_children_shares_them_with_its_parent():
    with gilext.watch(children=True) as watched:
        done = subprocess.run(
            [sys.executable, "-c", WATCHES_ITS_OWN],
            capture_output=True, text=True, check=True,
        )  # fmt: skip

    child, grandchild = map(int, done.stdout.split())
    assert children_of(watched) == [child, grandchild]


@pytest.mark.forks
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_forked_child_that_leaves_the_block_goes_on_to_be_watched():
    with gilext.watch(children=True) as watched:
        process = os.fork()
        if process == 0:
            watched.__exit__(None, None, None)
            subprocess.run([sys.executable, "-c", "pass"], check=True)
            os._exit(0)
        os.waitpid(process, 0)

    child, grandchild = (one.process for one in watched.children)
    assert (child.pid, child.end) == (process, "ended")
    assert grandchild.parent_pid == process


def test_watch_that_ends_inside_a_later_one_says_what_it_does_not_have():
    first, second = gilext.watch(children=True), gilext.watch(children=True)
    before = dict(os.environ)
    first.__enter__()
    of_first = pid_of_child()
    second.__enter__()
    first_of_second = pid_of_child()
    first.__exit__(None, None, None)
    second_of_second = pid_of_child()
    second.__exit__(None, None, None)

    assert children_of(first) == [of_first]
    assert "inside a later watch" in first.children_unavailable_reason
    assert children_of(second) == [first_of_second, second_of_second]
    assert second.children_unavailable_reason is None
    assert dict(os.environ) == before


def test_child_that_lives_on_is_said_to_run():
    with gilext.watch(children=True) as watched:
        child = subprocess.Popen(
            [sys.executable, "-c", "print(flush=True); input()"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        child.stdout.readline()
    with child:
        child.communicate(b"\n", timeout=100)

    assert [one.process.end for one in watched.children] == ["running"]
    assert child.returncode == 0
