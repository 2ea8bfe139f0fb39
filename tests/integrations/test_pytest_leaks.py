"""``pytest --leaks``, in suites of its own: each leak beside a sound twin, and what pytest leaves."""

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "planted"))
from planting import CASES, build

from gilext._native import is_immortal
from gilext.integrations.pytest_leak_claims import leak_claim_of

SUITE = """
import ctypes
import time
import unittest

import pytest

forget, give_back = ctypes.pythonapi.Py_IncRef, ctypes.pythonapi.Py_DecRef
forget.argtypes = give_back.argtypes = [ctypes.py_object]

class Kept:
    pass

SHARED, SEEN = Kept(), []

def test_leaks_a_type():
    forget(Kept)

def test_leaks_no_type():
    forget(Kept)
    give_back(Kept)

@pytest.mark.parametrize("times", [1, 3])
def test_leaks_a_global(times):
    for _ in range(times):
        forget(SHARED)

class TestClass:
    def test_has_an_object_of_its_own(self):
        assert not hasattr(self, "value")
        self.value = 1

class TestCase(unittest.TestCase):
    def test_leaks_none(self):
        self.assertIsNotNone(Kept())

class TestAsync(unittest.IsolatedAsyncioTestCase):
    async def test_awaits(self):
        pass

@pytest.mark.leaks(allow=[r"test_suite\\.Kept", "memory"])
def test_leaks_what_it_may():
    forget(Kept())

@pytest.mark.leaks(allow=True)
def test_is_left_out():
    forget(Kept())

@pytest.mark.leaks(allow="heap", seconds=50)
def test_leaks_something_else():
    forget(SHARED)

@pytest.mark.leaks
def test_marked_by_another_package():
    pass

def test_runs_once():
    assert not SEEN
    SEEN.append(1)

@pytest.mark.leaks(seconds=0.1)
def test_is_too_slow():
    time.sleep(0.05)

def test_skips():
    pytest.skip("here")

@pytest.mark.xfail
def test_fails_as_expected():
    assert False

def test_fails():
    assert False
"""

MORE_LEAKS = """
import ctypes
import os
import unittest

import pytest

forget = ctypes.pythonapi.Py_IncRef
forget.argtypes = [ctypes.py_object]

class Kept:
    pass

class TestClass:
    @pytest.fixture(scope="class")
    def shared(self):
        return Kept()

    def test_leaks_what_a_fixture_made(self, shared):
        forget(shared)

class TestCase(unittest.TestCase):
    def test_leaks_new_objects(self):
        forget(Kept())

class TestAsync(unittest.IsolatedAsyncioTestCase):
    async def test_leaks_a_type(self):
        forget(Kept)

def test_leaks_descriptors():
    os.dup(1)
"""

WHAT_PYTEST_LEAVES = """
import logging
import os
import warnings

import pytest

def test_nothing():
    pass

def test_tmp_path(tmp_path, tmpdir):
    (tmp_path / "file").write_text("text")
    assert len(list(tmp_path.parent.iterdir())) < 5
    assert tmp_path.name in ("test_tmp_path0", "test_tmp_path1")

def test_output(capsys):
    print("printed")
    assert capsys.readouterr().out

def test_descriptors(capfd):
    os.write(1, b"written")
    assert capfd.readouterr().out

def test_report_sections():
    print("printed")
    logging.getLogger("here").warning("a record")

def test_log(caplog):
    logging.getLogger("here").warning("a record")
    assert caplog.records

def test_warnings(recwarn):
    warnings.warn("one")
    assert recwarn.pop()

def test_recorded_warning():
    warnings.warn("another")

def test_raises():
    with pytest.raises(ValueError, match="no"):
        raise ValueError("no")

def test_changes(monkeypatch, request, record_property):
    monkeypatch.setenv("NAME", "value")
    request.addfinalizer(lambda: None)
    request.getfixturevalue("tmp_path")
    request.node.add_marker("seen")
    record_property("name", "value")

SET_UP = []

@pytest.fixture(scope="module")
def wide():
    SET_UP.append("wide")
    yield
    assert SET_UP == ["wide"]

@pytest.fixture
def narrow(wide):
    SET_UP.append("narrow")
    yield
    assert SET_UP.pop() == "narrow"

def test_fixtures(narrow):
    assert SET_UP == ["wide", "narrow"]
"""


@pytest.fixture(scope="module")
def run_suite(tmp_path_factory):
    """Run pytest on a source in a process of its own, and return its output."""

    def run(source, *options, status=1, path=()):
        folder = tmp_path_factory.mktemp("suite")
        (folder / "test_suite.py").write_text(textwrap.dedent(source))
        (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n  seen\n")
        paths = [*map(str, path), *sys.path]
        ended = subprocess.run(
            [
                sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly",
                "--leaks", "--leaks-seconds=60", *options, "test_suite.py",
            ],
            cwd=folder, capture_output=True, text=True, timeout=110,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
        )  # fmt: skip
        assert ended.returncode == status, ended.stdout + ended.stderr
        return ended.stdout

    return run


@pytest.fixture(scope="module")
def outcome(run_suite):
    return run_suite(SUITE, "-v")


def found_in(output):
    """Return what the section says of each test, by the test's name."""
    section = re.split(r"=+ leaks =+\n", output)[1]
    return dict(
        re.findall(r"^\S*?::([\w:\[\]-]+):? (.*)$", section.split("\n====")[0], re.MULTILINE)
    )


@pytest.mark.parametrize(
    ("test", "text"),
    [
        ("test_leaks_a_type", "leaks one reference per run to type `test_suite.Kept`"),
        ("test_leaks_a_global[1]", "leaks one reference per run to `test_suite.SHARED`"),
        ("test_leaks_a_global[3]", "leaks 3 references per run to `test_suite.SHARED`"),
        ("test_leaks_something_else", "leaks one reference per run to `test_suite.SHARED`"),
    ],
)
def test_leak_is_found_and_named(outcome, test, text):
    assert re.fullmatch(text.replace("[", r"\["), found_in(outcome)[test])
    assert f"test_suite.py::{test} FAILED" in outcome


@pytest.mark.parametrize(
    "test",
    [
        "test_leaks_no_type",
        "TestClass::test_has_an_object_of_its_own",
        "TestCase::test_leaks_none",
        "TestAsync::test_awaits",
        "test_leaks_what_it_may",
        "test_is_left_out",
        "test_marked_by_another_package",
    ],
)
def test_sound_twin_passes(outcome, test):
    assert f"test_suite.py::{test} PASSED" in outcome
    assert test not in found_in(outcome)


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        ("test_runs_once", "it failed when it ran again: assert not .*"),
        ("test_is_too_slow", "a run takes .*: in 100 ms it can't be run often enough"),
        ("test_skips", "it was skipped"),
        ("test_fails_as_expected", "it is expected to fail"),
        ("test_fails", "it failed"),
    ],
)
def test_what_can_not_be_judged_is_said_and_why(outcome, test, reason):
    assert re.fullmatch(f"couldn't be judged: {reason}", found_in(outcome)[test])


def test_worst_leak_comes_first(outcome):
    said = list(found_in(outcome))

    assert said.index("test_leaks_a_global[3]") < said.index("test_leaks_a_global[1]")


@pytest.mark.slow
def test_what_pytest_leaves_is_no_leak(run_suite):
    output = run_suite(WHAT_PYTEST_LEAVES, status=0)

    assert found_in(output) == {}
    assert "leak: 0, may leak: 0, leak nothing: 11, couldn't be judged: 0;" in output
    assert "1 warning in" in output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"allowed": "heap"}, "takes allow=, seconds= and rate=, not allowed"),
        ({"seconds": 0}, "'seconds' must be 0.01 to 86,400, not 0"),
        ({"rate": "all"}, "'rate' must be 0.001 to 1, not 'all'"),
        ({"allow": 3}, "'allow' must be a name or names, not 3"),
        ({"allow": ["("]}, r"'allow' must be names or regular expressions, not '\('"),
    ],
)
def test_wrong_marker_is_a_usage_error_that_names_the_argument(arguments, said):
    marker = pytest.mark.leaks(**arguments).mark
    item = SimpleNamespace(nodeid="test_it", get_closest_marker=lambda _: marker)

    with pytest.raises(pytest.UsageError, match=f"test_it: .*{said}"):
        leak_claim_of(item, 2.0, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--gil",), ("-x",)], ids=["alone", "with --gil", "-x"])
def test_more_kinds_of_tests_leak(run_suite, options):
    found = found_in(run_suite(MORE_LEAKS, *options))

    expected = {
        "TestClass::test_leaks_what_a_fixture_made": "one reference per run to fixture 'shared'",
        "TestCase::test_leaks_new_objects": ".*test_suite.Kept.*",
        "TestAsync::test_leaks_a_type": "one reference per run to type `test_suite.Kept`",
        "test_leaks_descriptors": "one file descriptor per run",
    }
    if "-x" in options:
        expected = dict(list(expected.items())[:1])
    assert found.keys() == expected.keys()
    for test, text in expected.items():
        assert re.fullmatch(f"leaks {text}", found[test])


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_long_check_shows_progress_and_a_timeout_is_that_of_a_run(run_suite, options):
    output = run_suite(
        """
        import time
        import pytest

        KEPT = []

        @pytest.mark.timeout(5)
        def test_slow():
            time.sleep(0.3)
            KEPT.append(len(KEPT) + 1000)
        """,
        "--leaks-seconds=15",
        *options,
        status=0,
    )

    assert re.search(r"leaks: test_suite.py::test_slow: \d+ runs, \d+ of 15 s", output)


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_planted_leaks_are_found_and_their_twins_are_not(run_suite, tmp_path, options):
    build(tmp_path)
    output = run_suite(
        f"""
        import planted
        import pytest
        from planting import CASES
        from gilext._native import is_immortal

        @pytest.mark.parametrize("name", {sorted(CASES)})
        @pytest.mark.parametrize("kind", ["leak", "sound"])
        def test_it(kind, name):
            if name == "none" and is_immortal(None):
                pytest.skip("nothing can leak")
            make, keywords, _ = CASES[name]
            keywords = dict(keywords)
            raises = keywords.pop("raises", ())
            try:
                getattr(planted, f"{{kind}}_{{name}}")(*make(), **keywords)
            except raises:
                pass
        """,
        *options,
        path=[tmp_path, Path(__file__).parents[1] / "planted"],
    )
    found = {test for test, text in found_in(output).items() if text.startswith("leaks")}

    immortal = {"none"} if is_immortal(None) else set()
    assert found == {f"test_it[leak-{name}]" for name in set(CASES) - immortal}
