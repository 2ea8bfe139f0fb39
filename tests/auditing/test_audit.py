"""audit(): a target is read, imported if that is asked for, and judged, the worst first."""

import json
import sys
import zipfile
from dataclasses import replace

import pytest

from gilext import audit, info
from gilext.auditing.audit import Audit, audit_environment
from gilext.auditing.results import (
    Capable,
    Declared,
    Finding,
    ModuleAudit,
    PackageAudit,
    Severity,
)
from gilext.auditing.targets.packages import UnknownTarget
from gilext.auditing.verdicts import NOTHING_KNOWN, Rank, verdict_of

CAPABLE = Capable(
    form="ELF", machines=("x86_64",), is_stripped=True, built_for="cp313", bindings=("C",),
    phases="multi-phase", releases=True, releases_through=(), takes_gil=False, sets_gil=False,
    locks=(), borrowed=(), beyond_abi=(),
)  # fmt: skip
DECLARED = Declared(
    phases="multi-phase", gil="declares Py_MOD_GIL_NOT_USED", needs_gil=False,
    interpreters="per-interpreter GIL", state_bytes=0, methods=(), chain=("pkg._m",), importer=None,
)  # fmt: skip
MODULE = ModuleAudit("pkg._m", "pkg/_m.so", True, CAPABLE, DECLARED)
UNKNOWN = replace(MODULE, declared=None, capable=replace(CAPABLE, releases=None))


# -- the verdict on one file ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "rank", "words"),
    [
        (MODULE, Rank.FINE, "needs no GIL"),
        (replace(MODULE, error="it is empty"), Rank.UNREADABLE, "can't be read: it is empty"),
        (
            replace(MODULE, declared=replace(DECLARED, error="it crashed")),
            Rank.IMPORT_FAILED, "its import failed: it crashed",
        ),
        (
            replace(MODULE, declared=replace(DECLARED, needs_gil=True)),
            Rank.NEEDS_GIL, "brings the GIL back",
        ),
        (
            replace(MODULE, capable=replace(CAPABLE, releases=False)),
            Rank.HOLDS, "never releases the GIL",
        ),
        (
            replace(MODULE, declared=replace(DECLARED, interpreters="supported")),
            Rank.ONE_INTERPRETER, "no sub-interpreters",
        ),
        (replace(MODULE, declared=None), Rank.UNKNOWN, "can release the GIL"),
        (UNKNOWN, Rank.UNKNOWN, NOTHING_KNOWN),
        (replace(MODULE, is_module=False), Rank.FINE, "a library"),
    ],
)  # fmt: skip
def test_verdict_begins_with_the_worst_that_is_known(module, rank, words):
    verdict = verdict_of(module)

    assert verdict.rank is rank
    assert words in verdict.words.split(",")[0].split("; ")


def test_verdict_names_all_that_is_wrong_and_nothing_that_is_right():
    held = replace(
        MODULE,
        declared=replace(DECLARED, needs_gil=True),
        capable=replace(CAPABLE, releases=False),
    )

    assert verdict_of(held).words == "brings the GIL back; never releases the GIL"


# -- targets that aren't installed -----------------------------------------------------------------


@pytest.fixture
def no_coverage(monkeypatch):
    for name in ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START"):
        monkeypatch.delenv(name, raising=False)


def by_name(package):
    return {module.name: module for module in package.modules}


@pytest.mark.compiles
def test_nothing_of_a_path_is_imported_unless_that_is_asked_for(declaring):
    found = audit(declaring)

    assert not found.imported and found.network_cut is None
    modules = by_name(found.packages[0])
    assert {"pkg._good", "pkg._single", "pkg.deep._inner", "crashing"} <= set(modules)
    assert all(one.declared is None and one.capable is not None for one in modules.values())
    assert modules["pkg._single"].capable.phases == "single-phase"
    assert any("--import" in note for note in found.report().notes)


@pytest.mark.compiles
@pytest.mark.usefixtures("no_coverage")
def test_modules_are_imported_from_their_files_if_that_is_asked_for(declaring):
    said = []
    modules = by_name(audit(declaring, imports=True, progress=said.append).packages[0])

    assert any("_single" in one for one in said)
    assert modules["pkg._single"].declared.phases == "single-phase"
    assert "ended the process with SIG" in modules["crashing"].declared.error
    assert verdict_of(modules["crashing"]).rank is Rank.IMPORT_FAILED
    assert modules["pkg._good"].declared.error is None


def test_file_that_is_no_binary_is_a_row(tmp_path):
    (tmp_path / "broken.so").write_bytes(b"\x7fELF" + bytes(100))
    found = audit(tmp_path)

    (module,) = found.packages[0].modules
    assert module.error is not None and module.capable is None
    assert "GX901" in {one.code for one in found.packages[0].findings}
    assert "1 can't be read" in found.report().title


def make_wheel(folder, *binaries, name="planted"):
    path = (
        folder
        / f"{name}-1.0-cp3{sys.version_info.minor}-cp3{sys.version_info.minor}-linux_x86_64.whl"
    )
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        for binary, root in binaries:
            wheel.write(binary, binary.relative_to(root).as_posix())
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: false\n"
            f"Tag: cp3{sys.version_info.minor}-cp3{sys.version_info.minor}-linux_x86_64\n",
        )
        wheel.writestr(f"{info}/RECORD", "")
    return path


@pytest.mark.compiles
def test_wheel_and_folder_of_it_say_the_same(declaring, tmp_path):
    good = next((declaring / "pkg").glob("_good*"))
    wheel = make_wheel(tmp_path, (good, declaring))

    (packed,) = audit(wheel).packages
    (unpacked,) = audit(good).packages
    assert packed.packaged.version == "1.0"
    assert packed.modules[0].capable == unpacked.modules[0].capable
    assert packed.modules[0].name == "pkg._good"


def test_several_targets_are_audited_at_once(tmp_path):
    for name in ("a.so", "b.so"):
        (tmp_path / name).write_bytes(b"")
    found = audit(tmp_path / "a.so", str(tmp_path / "b.so"))

    assert [package.name for package in found.packages] == ["a.so", "b.so"]
    assert found.targets == (str(tmp_path / "a.so"), str(tmp_path / "b.so"))


# -- what is installed -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def read():
    """Audit an installed module without importing it."""
    return audit("gilext._native", imports=False)


@pytest.mark.usefixtures("no_coverage")
def test_installed_module_is_imported_unless_that_is_refused(read):
    found = audit("gilext._native")

    (module,) = found.packages[0].modules
    assert module.declared.phases == "multi-phase"
    assert verdict_of(module).rank in (Rank.FINE, Rank.UNKNOWN)
    assert read.packages[0].modules[0].declared is None
    assert not read.imported


@pytest.mark.parametrize("target", ["there_is_no_such_package", "no/such/file.so", "sys"])
def test_target_that_is_not_there_is_refused(target):
    with pytest.raises(UnknownTarget):
        audit(target)


def test_arguments_are_checked():
    with pytest.raises(TypeError, match="needs a target"):
        audit()
    with pytest.raises(ValueError, match="seconds"):
        audit("gilext", seconds=0)


def test_audit_is_json(read):
    said = json.loads(json.dumps(read.to_dict()))

    assert said["packages"][0]["modules"][0]["capable"]["releases"] is True


# -- what is said --------------------------------------------------------------------------------


def package_of(*modules, **fields):
    return PackageAudit("pkg", None, modules, (), **fields)


def title_of(*packages):
    return Audit(("here",), packages, False, None, info()).report().title


@pytest.mark.parametrize(
    ("chain", "importer", "way"),
    [
        (("a", "pkg", "pkg._m"), "pkg/__init__.py:3", "pkg (pkg/__init__.py:3)"),
        (("pkg.part", "pkg._m"), "pkg/part.py:3", "not by importing pkg"),
        (("pkg._m",), None, "not by importing pkg"),
    ],
    ids=["by its package", "by a part of it", "by itself"],
)
def test_culprits_of_many_packages_have_the_way_from_their_own(chain, importer, way):
    declared = replace(DECLARED, needs_gil=True, chain=chain, importer=importer)
    package = PackageAudit("pkg", None, (replace(MODULE, declared=declared),), ())

    table = Audit(("a", "b"), (package, package), True, True, info()).report().body[0]

    assert table.rows[0] == ("pkg._m", way)


def test_title_counts_what_is_wrong():
    held = replace(MODULE, capable=replace(CAPABLE, releases=False))
    back = replace(MODULE, declared=replace(DECLARED, needs_gil=True))

    assert title_of(package_of(MODULE)) == "pkg: 1 extension module, nothing found against it"
    assert title_of(package_of(MODULE, held)) == (
        "pkg: 2 extension modules, 1 never releases the GIL"
    )
    assert title_of(package_of(held, back, back)) == (
        "pkg: 3 extension modules, 2 bring the GIL back, 1 never releases it"
    )
    assert title_of(package_of(error="it is empty")) == "pkg: can't be read: it is empty"
    assert title_of(package_of(), package_of(back)) == (
        "here: 1 extension module of 1 package; 1 brings the GIL back"
    )


@pytest.mark.slow
@pytest.mark.usefixtures("no_coverage")
def test_every_installed_package_is_audited():
    found = audit_environment()

    names = {package.name for package in found.packages}
    assert "gilext" in names or "cffi" in names
    assert all(package.modules for package in found.packages if package.error is None)


def test_findings_of_one_rule_are_cut_short_and_counted():
    findings = [Finding("GX201", Severity.WARNING, f"m{i} needs the GIL.") for i in range(9)]
    findings.append(Finding("GX103", Severity.NOTE, "There is no classifier."))
    package = PackageAudit("pkg", None, (MODULE,), tuple(findings))

    table = Audit(("pkg",), (package,), False, None, info()).report().tables[-1]
    assert [code for code, _ in table.rows] == ["GX201"] * 4 + ["GX103"]
    assert table.rows[3][1] == "6 more like these, which --json lists"
