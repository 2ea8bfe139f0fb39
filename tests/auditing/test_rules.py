"""Each rule finds what it is for, and nothing in a package that is right."""

from dataclasses import replace
from pathlib import Path

import pytest
from audits import FREE_THREADING, module, package

from gilext.auditing.results import Severity
from gilext.auditing.rules.codes import RULES, finding
from gilext.auditing.rules.linter import findings_of

NEEDS = {"needs_gil": True, "gil": "declares nothing"}
UNKNOWN = {"needs_gil": None, "interpreters": None}
BETA = f"{FREE_THREADING} :: 2 - Beta"
UNSTABLE = f"{FREE_THREADING} :: 1 - Unstable"
T_TAGS = ("cp314-cp314t-manylinux_2_28_x86_64",)
T_SUFFIX = "cpython-314t-x86_64-linux-gnu.so"
ABI3_TAGS = ("cp39-abi3-manylinux_2_28_x86_64",)
PURE_TAGS = ("py3-none-any",)
PAGES = Path(__file__).parents[2] / "docs" / "audit"
# Emitted by what reads wheels and metadata, and tested with it.
FROM_READING = {"GX124", "GX125", "GX902"}

WRONG = {
    "GX101": package(module(declared=NEEDS), classifiers=(BETA,)),
    "GX102": package(module(suffix=T_SUFFIX, declared=NEEDS), tags=T_TAGS),
    "GX103": package(module(suffix=T_SUFFIX), tags=T_TAGS),
    "GX111": package(module(suffix="cpython-312-x86_64-linux-gnu.so")),
    "GX112": package(module(suffix="so", built_for="cp312")),
    "GX113": package(module(machines=("aarch64",))),
    "GX114": package(
        module(suffix="abi3.so", beyond_abi=("_PyObject_GetDictPtr",)), tags=ABI3_TAGS
    ),
    "GX115": package(
        module(suffix="abi3.so", abi_since=(("PyType_GetModule", "3.10"),)), tags=ABI3_TAGS
    ),
    "GX121": package(requires_python=">=3.14"),
    "GX122": package(module(suffix="so", is_module=False), tags=PURE_TAGS),
    "GX123": package(root_is_purelib=True),
    "GX201": package(module(declared=NEEDS)),
    "GX202": package(
        module(suffix=T_SUFFIX, borrowed=("PyList_GetItem",)), tags=T_TAGS, classifiers=(BETA,)
    ),
    "GX301": package(module(phases="single-phase", declared=None)),
    "GX302": package(module(declared={"interpreters": "not supported"})),
    "GX303": package(module(thread_names=("PyGILState_Ensure",))),
    "GX401": package(module(releases=False)),
    "GX901": package(module(error="it is empty")),
    "GX903": package(error="it is no zip file"),
    "GX904": package(
        module(declared={"error": "importing 'thing.fast' failed: ImportError: no"} | UNKNOWN)
    ),
}

RIGHT = {
    "a module of the tag": package(),
    "the stable ABI": package(module(suffix="abi3.so"), tags=ABI3_TAGS),
    "the stable ABI in a wheel for one CPython": package(module(suffix="abi3.so")),
    "a name that says nothing": package(module(suffix="so", built_for="cp313")),
    "functions as old as the tag": package(
        module(suffix="abi3.so", abi_since=(("PyModule_AddType", "3.10"),)),
        tags=("cp310-abi3-manylinux_2_28_x86_64",),
    ),
    "free-threaded": package(module(suffix=T_SUFFIX), tags=T_TAGS, classifiers=(BETA,)),
    "both stable ABIs": package(
        module(suffix="abi3t.so"),
        tags=("cp315-abi3-manylinux_2_28_x86_64", "cp315-abi3t-manylinux_2_28_x86_64"),
        classifiers=(BETA,),
    ),
    "nothing known": package(
        module(phases=None, releases=None, built_for=None, declared=None), classifiers=(BETA,)
    ),
    "a failed read of what may need the GIL": package(
        module(declared=UNKNOWN, borrowed=("PyList_GetItem",))
    ),
    "borrowed references where there is a GIL": package(module(borrowed=("PyList_GetItem",))),
    "a dict that is walked under a lock": package(
        module(suffix=T_SUFFIX, borrowed=("PyDict_Next",), locks=("critical sections",)),
        tags=T_TAGS,
        classifiers=(BETA,),
    ),
    "a name of the stable ABI in a wheel for one CPython": package(
        module(suffix="abi3.so", beyond_abi=("_PyObject_GetDictPtr",))
    ),
    "one module of two releases": package(module(releases=False), module("thing.other")),
    "a library that releases nothing": package(module(), module("lib", releases=False,
                                                               is_module=False)),
    "no wheel": package(module(suffix="cpython-312-x86_64-linux-gnu.so"), tags=None),
    "for macOS": package(
        module(suffix="cpython-313-darwin.so", form="Mach-O", machines=("arm64", "x86_64")),
        tags=("cp313-cp313-macosx_11_0_universal2",),
    ),
    "for Windows": package(
        module(suffix="cp313-win_amd64.pyd", form="PE", machines=("AMD64",)),
        tags=("cp313-cp313-win_amd64",),
    ),
    "a processor that nobody knows": package(
        module(machines=("LOONGARCH",)), tags=("cp313-cp313-manylinux_2_36_loongarch64",)
    ),
    "libraries of several systems": package(
        module(suffix="so", is_module=False),
        module(suffix="dll", form="PE", is_module=False),
        tags=PURE_TAGS,
    ),
    "modules of several systems, which those that can may use": package(
        module("thing.fast", suffix="cp39-win_amd64.pyd", form="PE", declared=None),
        module("lib", suffix="so", is_module=False),
        tags=("py2-none-any", "py3-none-any"),
        root_is_purelib=True,
    ),
    "a file for each of several CPythons": package(
        module(), module(suffix="cpython-314-x86_64-linux-gnu.so"),
        tags=("py3-none-manylinux_2_28_x86_64",),
    ),
    "a first patch release that is excluded": package(requires_python=">=3.13.2,!=3.13.4"),
    "no version that is valid": package(requires_python="three"),
    "PyGILState_Ensure where sub-interpreters aren't promised": package(
        module(thread_names=("PyGILState_Ensure",), declared={"interpreters": "undeclared"})
    ),
    "what CPython 3.15 has instead of PyGILState_Ensure": package(
        module(takes_gil=True, thread_names=("PyThreadState_Ensure",))
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", WRONG)
def test_a_rule_finds_what_it_is_for(code):
    found = findings_of(WRONG[code])

    assert code in {one.code for one in found}
    (one,) = (one for one in found if one.code == code)
    assert one.severity is RULES[code].severity
    assert one.message.endswith(".") and "  " not in one.message
    assert f"{code} {one.message}\n" in (PAGES / f"{code}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("what", RIGHT)
def test_nothing_is_found_in_what_is_right(what):
    assert findings_of(RIGHT[what]) == ()


def test_every_rule_is_tried():
    assert set(WRONG) | FROM_READING == set(RULES)


@pytest.mark.parametrize(
    ("suffix", "tag", "codes"),
    [
        ("abi3.so", "cp314-cp314t", []),
        ("abi3.so", "cp315-cp315t", ["GX111"]),
        ("abi3.so", "cp315-abi3t", ["GX111"]),
        ("abi3-x86_64-linux-gnu.so", "cp315-abi3", []),
        ("abi3t.so", "cp315-abi3t", []),
        ("abi3t.so", "cp314-abi3", ["GX111"]),
        ("cpython-313-x86_64-linux-gnu.so", "cp313-abi3", ["GX111"]),
        ("cpython-313t-x86_64-linux-gnu.so", "cp313-cp313", ["GX111"]),
        ("cpython-313-x86_64-linux-gnu.so", "cp313-cp313t", ["GX111"]),
        ("cpython-313-x86_64-linux-gnu.so", "py3-none", ["GX111"]),
        ("abi3.so", "py3-none", []),
        ("cpython-313-x86_64-linux-gnu.so", "py2-none", []),
        ("so", "py3-none", []),
        ("pypy310-pp73-x86_64-linux-gnu.so", "pp310-pypy310_pp73", []),
    ],
)
def test_a_file_has_a_name_that_each_interpreter_of_its_wheel_looks_for(suffix, tag, codes):
    audit = package(
        module(suffix=suffix), tags=(f"{tag}-manylinux_2_28_x86_64",), classifiers=(UNSTABLE,)
    )

    assert [one.code for one in findings_of(audit)] == codes


@pytest.mark.parametrize(
    ("form", "machine", "platform", "is_right"),
    [
        ("ELF", "x86_64", "musllinux_1_2_x86_64", True),
        ("ELF", "x86_64", "win_amd64", False),
        ("ELF", "i386", "manylinux_2_17_i686", True),
        ("Mach-O", "arm64", "macosx_11_0_arm64", True),
        ("Mach-O", "arm64", "macosx_11_0_x86_64", False),
        ("Mach-O", "arm64", "macosx_11_0_universal2", False),
        ("Mach-O", "arm64", "ios_13_0_arm64_iphoneos", True),
        ("PE", "arm64", "win_arm64", True),
        ("PE", "i386", "win32", True),
        ("PE", "AMD64", "win32", False),
    ],
)
def test_a_module_is_for_the_platform_of_its_wheel(form, machine, platform, is_right):
    audit = package(
        module(suffix="so", form=form, machines=(machine,)), tags=(f"cp313-cp313-{platform}",)
    )

    assert [one.code for one in findings_of(audit)] == ([] if is_right else ["GX113"])


def test_a_single_phase_module_of_a_free_threaded_build_needs_the_gil_without_an_import():
    found = module(suffix=T_SUFFIX, phases="single-phase", declared=None)
    says_no = module(suffix=T_SUFFIX, phases="single-phase", sets_gil=True, declared=None)
    with_gil = module(phases="single-phase", declared=None)

    assert "GX201" in {one.code for one in findings_of(package(found, tags=T_TAGS))}
    assert "GX201" not in {one.code for one in findings_of(package(says_no, tags=T_TAGS))}
    assert "GX201" not in {one.code for one in findings_of(package(with_gil))}


@pytest.mark.parametrize("classifier", [BETA, UNSTABLE])
def test_one_line_tells_that_a_free_threaded_wheel_needs_the_gil(classifier):
    needs = module(suffix=T_SUFFIX, declared=NEEDS)
    found = findings_of(package(needs, tags=T_TAGS, classifiers=(classifier,)))

    assert [one.code for one in found] == ["GX101" if classifier == BETA else "GX102", "GX201"]


def test_notes_take_a_line_for_a_package():
    many = [module(f"thing.m{index}", phases="single-phase", declared=None) for index in range(9)]
    (found,) = findings_of(package(*many))

    assert (
        found.message == "9 of 9 modules are single-phase: thing.m0, thing.m1, thing.m2 and 6 more."
    )
    assert found.path is None


def test_the_worst_comes_first_and_nothing_twice():
    wrong = replace(package(module(declared=NEEDS, releases=False)), error="it ended")
    before = [finding("GX902", "a link", "z.so"), finding("GX902", "a link", "z.so")]
    found = findings_of(wrong, before)

    assert [one.code for one in found] == ["GX902", "GX903", "GX201", "GX401"]
    assert [one.severity for one in found] == [
        Severity.ERROR, Severity.ERROR, Severity.WARNING, Severity.NOTE,
    ]  # fmt: skip
