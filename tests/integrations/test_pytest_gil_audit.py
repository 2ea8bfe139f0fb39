"""``pytest --gil-audit``, in suites of its own: what brings the GIL back beside what doesn't."""

import os
import re
import sys
import textwrap

import pytest

from gilext.core.environment import is_free_threaded_build

pytestmark = pytest.mark.compiles

IS_FREE_THREADED = is_free_threaded_build()
can_declare = pytest.mark.skipif(
    sys.version_info < (3, 13), reason="no module can declare it before CPython 3.13"
)
only_free_threaded = pytest.mark.skipif(
    not IS_FREE_THREADED, reason="this isn't a free-threaded build"
)
SUITE = {
    "conftest": """
        import pytest
        @pytest.fixture
        def other():
            import pkg._other
    """,
    "test_collected": """
        import nested
        def test_nothing(): pass
    """,
    "test_running": """
        import lazy, pytest
        def test_good(): lazy.load("pkg._good")
        def test_none(): lazy.load("pkg._none")
        def test_none_again(): lazy.load("pkg._none")
        def test_fixture(other): pass
    """,
}
GOOD = {
    "test_good": """
        import pkg._good
        def test_set(): import pkg._good
    """
}


@pytest.fixture
def suite(pytester, declaring, monkeypatch):
    """Run files as a suite in a process of its own, with no plugin that loads other modules."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(declaring), *sys.path]))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTHON_GIL", raising=False)

    def run(files, *options, **variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        pytester.makepyfile(**{name: textwrap.dedent(text) for name, text in files.items()})
        options = ("-p", "gilext.integrations.pytest", "-p", "no:cacheprovider", *options)
        return pytester.runpytest_subprocess("--gil-audit", *options)

    return run


def section_of(result):
    """Return the lines of the audit's section."""
    lines = result.outlines
    start = next(i for i, line in enumerate(lines) if re.match("=+ gil audit =+$", line))
    rest = lines[start + 1 :]
    return rest[: next(i for i, line in enumerate(rest) if line.startswith("==="))]


@can_declare
def test_each_module_is_named_with_the_test_that_loads_it(suite):
    result = suite(SUITE, "-v")

    result.assert_outcomes(passed=3, failed=1, errors=1)
    lines = section_of(result)
    first = "the GIL came back with pkg._used" if IS_FREE_THREADED else "pkg._used would bring"
    assert lines[0].startswith(f"the collection of test_collected.py: {first}")
    assert "test_collected → nested → pkg.deep → pkg.deep._inner → pkg._used" in lines[0]
    assert re.search(r"the call of test_running.py::test_none: pkg\._none .*lazy\.py:2", lines[1])
    assert re.search(
        r"the setup of test_running.py::test_fixture: pkg\._other .*conftest", lines[2]
    )
    assert any("forecast" in line for line in lines) is not IS_FREE_THREADED
    assert len(lines) == (3 if IS_FREE_THREADED else 4)


@can_declare
def test_what_the_collection_loads_fails_the_session(suite):
    files = {"test_collected": SUITE["test_collected"]}
    result = suite(files)

    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


@can_declare
def test_a_suite_that_needs_no_gil_passes(suite):
    result = suite(GOOD)

    assert result.ret == pytest.ExitCode.OK
    assert section_of(result)[0] == ("1 extension module loaded, and none is known to need the GIL")


@only_free_threaded
def test_a_test_that_puts_another_answer_in_place_brings_nothing_back(suite):
    patched = """
        import sys
        def test_it(monkeypatch): monkeypatch.setattr(sys, "_is_gil_enabled", lambda: True)
    """
    assert suite({"test_it": patched}).ret == pytest.ExitCode.OK


@can_declare
def test_a_failure_stays_and_is_explained(suite):
    result = suite({"test_it": "def test_it():\n    import pkg._used\n    assert 1 == 2\n"})

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E*assert 1 == 2", "*-- gil audit --*", "*pkg._used*test_it.py:2)"]
    )


@can_declare
def test_a_warning_that_is_an_error_is_explained(suite):
    result = suite({"test_it": "def test_it():\n    import pkg._used\n"}, "-W", "error")

    result.assert_outcomes(failed=1)
    assert re.match(
        "the call of test_it.py::test_it: .*pkg._used.*test_it.py:2", section_of(result)[0]
    )


@can_declare
def test_a_conftest_file_is_seen(suite):
    result = suite({"conftest": "import pkg._used", "test_it": "def test_it(): pass"})

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert re.match(
        "before the collection: .*pkg._used.*conftest → pkg._used .*conftest.py:1",
        section_of(result)[0],
    )


@can_declare
@pytest.mark.slow
def test_workers_of_xdist_tell(suite):
    pytest.importorskip("xdist")
    result = suite(SUITE, "-p", "xdist", "-n", "2", "--dist", "loadfile")

    result.assert_outcomes(passed=3, failed=1, errors=1)
    lines = section_of(result)
    collected = [line for line in lines if line.startswith("the collection of test_collected.py")]
    assert len(collected) == 1
    assert any(re.match("the call of test_running.py::test_none: ", line) for line in lines)


@can_declare
@pytest.mark.slow
def test_workers_of_xdist_fail_the_session(suite):
    pytest.importorskip("xdist")
    options = ("-p", "xdist", "-n", "1")

    assert suite({"test_it": SUITE["test_collected"]}, *options).ret == 1
    assert suite({"test_it": GOOD["test_good"]}, *options).ret == 0


@only_free_threaded
@pytest.mark.parametrize(
    ("setting", "said"), [("1", "on because of PYTHON_GIL=1"), ("0", "kept off by PYTHON_GIL=0")]
)
def test_a_gil_that_was_asked_for_is_no_finding(suite, setting, said):
    result = suite(GOOD, PYTHON_GIL=setting)

    assert result.ret == pytest.ExitCode.OK
    assert said in section_of(result)[1]


@only_free_threaded
@pytest.mark.parametrize("setting", ["1", "0"], ids=["on", "off"])
def test_a_gil_that_is_fixed_hides_no_module(suite, setting):
    result = suite({"test_it": "def test_it():\n    import pkg._bad\n"}, PYTHON_GIL=setting)

    result.assert_outcomes(failed=1)
    assert "pkg._bad would bring the GIL back" in section_of(result)[0]


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="a module can declare it")
def test_without_declarations_there_is_no_audit(suite):
    result = suite(GOOD)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--gil-audit takes CPython 3.13 or later*"])
