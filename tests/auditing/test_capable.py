"""What a compiled file could do: verdicts on made-up names."""

from pathlib import PurePath

import pytest

from gilext.auditing.results import Binary
from gilext.auditing.static.capable import MARKS, capable_of
from gilext.auditing.static.symbols import is_of_threads, modules_in

PATH = PurePath("pkg/mod.cpython-313-x86_64-linux-gnu.so")


def binary(imports=(), exports=("PyInit_mod",), libraries=(), marks=()):
    imports = tuple(sorted(imports))
    return Binary("ELF", ("x86_64",), imports, tuple(exports), libraries, False, frozenset(marks))


@pytest.mark.parametrize(
    "name", ["PyEval_SaveThread", "PyEval_ReleaseThread", "PyThreadState_Swap"]
)
def test_what_refers_to_a_function_that_releases_can_release(name):
    assert capable_of(binary([name]), PATH).releases is True


def test_what_refers_to_none_cannot():
    found = capable_of(binary(["PyEval_RestoreThread", "PyGILState_Ensure", "dlsym"]), PATH)

    assert found.releases is False
    assert found.takes_gil is True
    assert found.thread_names == ("PyEval_RestoreThread", "PyGILState_Ensure")


@pytest.mark.parametrize("looks_up", ["dlsym", "GetProcAddress"])
def test_what_may_look_the_name_up_is_unknown(looks_up):
    marked = binary([looks_up], marks=["PyEval_SaveThread"])
    assert capable_of(marked, PATH).releases is None

    unable = binary(["malloc"], marks=["PyEval_SaveThread"])
    assert capable_of(unable, PATH).releases is False


def test_libraries_of_the_target_count_and_others_do_not():
    module = binary(libraries=("libc.so.6", "/opt/libmiddle.so"))
    libraries = {
        "libmiddle.so": binary(exports=(), libraries=("libend.so",)),
        "libend.so": binary(["PyEval_SaveThread"], (), ("libmiddle.so",)),  # they need each other
        "unrelated.so": binary(["PyEval_SaveThread"], ()),
    }

    found = capable_of(module, PATH, libraries)
    assert (found.releases, found.releases_through) == (True, ("libend.so",))

    del libraries["libend.so"]
    found = capable_of(module, PATH, libraries)
    assert (found.releases, found.releases_through) == (False, ())


def test_a_library_that_cannot_be_read_leaves_it_open():
    module = binary(libraries=("liba.so",))

    assert capable_of(module, PATH, {"liba.so": None}).releases is None
    assert capable_of(module, PATH, {"libb.so": None}).releases is False


def test_windows_does_not_tell_the_case_of_names():
    module = binary(libraries=("Helper.DLL",))

    found = capable_of(module, PATH, {"helper.dll": binary(["PyEval_SaveThread"], ())})

    assert found.releases_through == ("helper.dll",)


@pytest.mark.parametrize(
    ("name", "libraries", "tags", "built_for"),
    [
        ("m.cpython-313-x86_64-linux-gnu.so", (), (), "cp313"),
        ("m.cpython-314t-darwin.so", (), (), "cp314t"),
        ("m.cp312-win_amd64.pyd", (), (), "cp312"),
        ("m.abi3.so", (), (), "abi3"),
        ("m.abi3t-x86_64-linux-gnu.so", (), (), "abi3t"),
        ("m.pyd", ("KERNEL32.dll", "python311.dll"), (), "cp311"),
        ("m.pyd", ("python314t.dll",), (), "cp314t"),
        ("m.pyd", ("PYTHON3.DLL",), (), "abi3"),
        ("m.pyd", ("python3t.dll",), (), "abi3t"),
        ("m.cp313-win_amd64.pyd", ("python3.dll",), (), "abi3"),
        ("m.so", ("libpython3.12.so.1.0",), (), "cp312"),
        ("m.so", (), ("cp313-cp313-linux_x86_64",), "cp313"),
        ("m.so", (), ("cp39-abi3-linux_x86_64", "cp39-abi3-any"), "abi3"),
        ("m.so", (), ("py3-none-any",), None),
        ("m.so", ("libpython-helper.so", "mypython313.dll"), (), None),
    ],
)
def test_what_it_was_built_for_is_in_its_libraries_its_name_or_its_tags(
    name, libraries, tags, built_for
):
    module = binary(["PyList_New"], libraries=libraries)

    assert capable_of(module, PurePath(name), tags=tags).built_for == built_for


def test_a_plain_library_in_a_wheel_was_built_for_no_python():
    library = binary(["malloc"], exports=("work",))

    assert capable_of(library, PurePath("libx.so"), tags=["cp313-cp313-any"]).built_for is None


@pytest.mark.parametrize(
    ("imports", "exports", "phases"),
    [
        (["PyModuleDef_Init"], ["PyInit_m"], "multi-phase"),
        (["PyModule_Create2"], ["PyInit_m"], "single-phase"),
        (["PyModule_Create2", "PyModuleDef_Init"], ["PyInit_m"], None),
        ([], ["PyInit_m"], None),
        (["PyModule_Create2"], ["PyModExport_m"], "multi-phase"),
        (["PyModuleDef_Init"], ["PyInit_m", "PyModExport_m"], "multi-phase"),
        (["PyModule_Create2"], ["PyInit_m", "PyModExport_m"], None),
        (["PyModule_Create2"], ["work"], None),
    ],
)
def test_phases_are_told_if_only_one_way_is_left(imports, exports, phases):
    assert capable_of(binary(imports, exports), PATH).phases == phases


def test_the_stable_abi_is_held_against_its_list():
    names = ["PyType_GetModule", "PyList_New", "_PyDict_Next", "PyBuffer_Release", "PyOwn_Do", "a"]
    module = binary(names, libraries=("libown.so",))
    libraries = {"libown.so": binary(exports=("PyOwn_Do",))}

    found = capable_of(module, PurePath("m.abi3.so"), libraries)
    assert found.beyond_abi == ("_PyDict_Next",)
    assert found.abi_since == (("PyBuffer_Release", "3.11"), ("PyType_GetModule", "3.10"))

    found = capable_of(module, PATH, libraries)
    assert (found.beyond_abi, found.abi_since) == ((), ())


def test_locks_and_borrowed_references_are_named():
    found = capable_of(
        binary(["PyMutex_Lock", "PyDict_Next", "PyTuple_GetItem", "PyUnstable_Module_SetGIL"]), PATH
    )

    assert found.locks == ("PyMutex",)
    assert found.borrowed == ("PyDict_Next",)
    assert found.sets_gil is True
    assert capable_of(binary(["PyCriticalSection2_Begin"]), PATH).locks == ("critical sections",)


@pytest.mark.parametrize(
    ("marks", "imports", "bindings"),
    [
        (["cython_runtime"], ["PyA"], ("Cython",)),
        (["pyo3_runtime", "_init_cffi_1_0_external_module"], ["PyA"], ("PyO3", "cffi")),
        (["PyEval_SaveThread"], ["PyA"], ("C",)),
        ([], ["_ZN5boost6python9converter"], ("Boost.Python",)),
        ([], ["malloc"], ()),
    ],
)
def test_tools_are_told_by_what_they_leave_in_a_file(marks, imports, bindings):
    assert set(marks) <= MARKS
    assert capable_of(binary(imports, marks=marks), PATH).bindings == bindings


def test_cffi_itself_is_not_written_with_cffi():
    own = binary(["PyA"], ["PyInit__cffi_backend"], marks=["_init_cffi_1_0_external_module"])

    assert capable_of(own, PATH).bindings == ("C",)


def test_modules_are_named_by_what_a_file_exports():
    exports = ["PyInit_a", "PyModExport_a", "PyInit__b", "PyInitU_ab_zja", "PyList_New"]

    assert modules_in(exports) == ("a", "_b", "añb")


def test_names_of_threads_are_told_from_others():
    assert is_of_threads("PyThreadState_Get")
    assert not is_of_threads("PyList_New")
