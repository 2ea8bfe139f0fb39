"""Which extension modules imports load, through whom, and which of them bring the GIL back."""

import json
import sys

import pytest

from gilext.auditing.importing import slots
from gilext.auditing.importing.import_audit import ImportFailed, audit_imports
from gilext.core.environment import is_free_threaded_build
from gilext.core.layout import lines

pytestmark = pytest.mark.compiles

CAN_DECLARE = sys.version_info >= (3, 13)
IS_FREE_THREADED = is_free_threaded_build()
ALL = {
    "pkg._good": (slots.NOT_USED, False),
    "pkg._used": (slots.USED, True),
    "pkg._bad": (slots.UNDECLARED, True),
    "pkg._single": (slots.SINGLE_PHASE_USED, True),
    "pkg._set": (slots.SINGLE_PHASE_NOT_USED, False),
    "pkg._none": (slots.NO_MODULE, True),
}
if not IS_FREE_THREADED:
    ALL |= dict.fromkeys(["pkg._single", "pkg._set"], (slots.SINGLE_PHASE_UNKNOWN, None))
    ALL["pkg._bad"] = (slots.UNDECLARED_HERE, None)
if not CAN_DECLARE:
    ALL |= dict.fromkeys(["pkg._good", "pkg._used"], (slots.UNDECLARED_HERE, None))


def prepare(patch, declaring):
    """Have the process that imports find the modules, and load none to measure coverage with."""
    patch.syspath_prepend(str(declaring))
    for name in ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START"):
        patch.delenv(name, raising=False)


@pytest.fixture
def audit(declaring, monkeypatch):
    prepare(monkeypatch, declaring)
    return lambda *modules, **options: audit_imports(modules, **options)


@pytest.fixture(scope="module")
def of_all(declaring):
    """Import every kind of module, the ones that need no GIL first."""
    with pytest.MonkeyPatch.context() as patch:
        prepare(patch, declaring)
        return audit_imports(sorted(ALL, key=lambda name: ALL[name][1] is not False))


@pytest.mark.parametrize("name", ALL)
def test_each_kind_of_module_is_told_by_itself(of_all, name):
    (found,) = [one for one in of_all.loaded if one.name == name]

    assert (found.declares, found.needs_gil) == ALL[name]
    assert found.chain == (name,)


def test_the_modules_come_in_the_order_in_which_they_were_loaded(of_all):
    assert tuple(one.name for one in of_all.loaded) == of_all.modules


def test_the_gil_comes_back_once(of_all):
    brought = [one.name for one in of_all.loaded if one.brought_gil_back]

    assert brought == ([of_all.culprits[0].name] if IS_FREE_THREADED else [])
    assert of_all.gil_came_back is (True if IS_FREE_THREADED else None)


def test_it_stays_off_without_such_a_module(audit):
    found = audit("pkg._good", "pkg._set", "json", "ctypes")

    assert [one.name for one in found.loaded] == ["pkg._good", "pkg._set"]  # CPython's own are out
    assert found.culprits == ()
    assert found.gil_came_back is (False if IS_FREE_THREADED else None)


def test_chains_go_through_c_code_and_functions(audit, declaring):
    found = {one.name: one for one in audit("nested", "lazily").loaded}

    assert found["pkg.deep._inner"].chain == ("nested", "pkg.deep", "pkg.deep._inner")
    assert found["pkg._used"].chain == ("nested", "pkg.deep", "pkg.deep._inner", "pkg._used")
    assert found["pkg._single"].chain == ("lazily", "lazy", "pkg._single")
    lines_of = {name: (one.importer_path, one.importer_line) for name, one in found.items()}
    assert lines_of["pkg.deep._inner"] == (str(declaring / "pkg/deep/__init__.py"), 2)
    assert lines_of["pkg._single"] == (str(declaring / "lazy.py"), 2)
    assert lines_of["pkg._used"] == (None, None)


@pytest.mark.without_gil
def test_the_import_inside_a_single_phase_module_is_the_one(audit):
    found = [(one.name, one.chain, one.brought_gil_back) for one in audit("outer").loaded]

    assert found == [
        ("pkg._bad", ("outer", "pkg._bad"), True),
        ("outer", ("outer",), False),
    ]


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        ("there_is_none", "there is no module 'there_is_none' "),
        ("pkg.there_is_none", "there is no module 'pkg.there_is_none' "),
        ("lacking", "importing 'lacking' failed: ModuleNotFoundError: No module named 'there_is"),
        ("raising", "importing 'raising' failed: ValueError: no luck$"),
        ("exiting", "importing 'exiting' failed: SystemExit: no$"),
        ("crashing", "importing 'crashing' ended the process with SIGABRT.*was crashing$"),
    ],
    ids=["none", "none_in_a_package", "lacking", "raising", "exiting", "crashing"],
)
def test_an_import_that_fails_says_how(audit, module, reason):
    with pytest.raises(ImportFailed, match=reason):
        audit("pkg._good", module)


def test_an_import_that_hangs_ends(audit):
    with pytest.raises(ImportFailed, match=r"importing '.*' wasn't done after 1 s"):
        audit("hanging", seconds=1.0)


def test_variables_that_would_change_it_are_left_out(audit, monkeypatch):
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    if IS_FREE_THREADED:
        monkeypatch.setenv("PYTHON_GIL", "0")

    assert audit("pkg._bad").gil_came_back is (True if IS_FREE_THREADED else None)


def test_what_a_module_prints_is_not_ours(audit, capfd):
    assert len(audit("chatting").loaded) == 1
    assert capfd.readouterr() == ("", "")


def test_the_result_is_json(of_all):
    said = json.loads(json.dumps(of_all.to_dict()))

    assert [one["name"] for one in said["loaded"]] == list(of_all.modules)
    assert said["loaded"][0]["needs_gil"] is of_all.loaded[0].needs_gil


@pytest.mark.parametrize("width", [80, 120])
def test_the_report_names_each_that_matters(of_all, width):
    laid_out = [line.text for line in lines(of_all.report(), width)]
    said = "\n".join(laid_out)

    assert max(map(len, laid_out)) <= width
    assert all(one.name in said for one in of_all.loaded if one.needs_gil is not False)
    assert ("forecast" in said) is not IS_FREE_THREADED


def test_a_report_of_nothing_says_so(audit):
    report = audit("json").report()

    assert "no extension module but CPython's own" in report.title
    assert not any("forecast" in note for note in report.notes)
