"""What compiled files refer to, read from files of the three formats that the tests make."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from binary_files import macho, pe, plant_elf, universal

from gilext import _native
from gilext.auditing.static import binaries, formats
from gilext.auditing.static.binaries import UnreadableBinary, read_binary

IMPORTS = ("GetProcAddress", "PyEval_SaveThread", "PyModuleDef_Init")
MARKS = ("planted_text", "other_text")


@pytest.fixture(params=["elf", "macho", "universal", "pe"])
def planted(request, tmp_path):
    """Make a file of each form, whose names and text are the same."""
    path = tmp_path / "planted"
    texts = ("see planted_text here",)
    if request.param == "elf":
        request.applymarker(pytest.mark.compiles)
        return plant_elf(path, IMPORTS, ("PyInit_planted",), texts)
    if request.param == "pe":
        libraries = {"python313.dll": IMPORTS[1:], "KERNEL32.dll": IMPORTS[:1]}
        path.write_bytes(pe(libraries, ("PyInit_planted",), texts))
    else:
        part = macho(IMPORTS, ("PyInit_planted",), ("/usr/lib/libSystem.B.dylib",), texts)
        other = macho(IMPORTS[:1], cpu="x86_64")
        is_thin = request.param == "macho"
        path.write_bytes(part if is_thin else universal(("x86_64", other), ("arm64", part)))
    return path


def test_names_and_texts_are_found_in_each_form(planted):
    found = read_binary(planted, MARKS)

    assert found.imports == IMPORTS
    assert "PyInit_planted" in found.exports
    assert not set(found.exports) & set(IMPORTS)
    assert found.marks == {"planted_text"}


def test_an_open_file_is_read_as_well(planted):
    with planted.open("rb") as file:
        file.seek(3)
        assert read_binary(file, MARKS) == read_binary(planted, MARKS)


@pytest.mark.parametrize("kept", [5, 60, 300, 0.5, 0.9], ids=str)
def test_a_truncated_file_is_refused(planted, kept):
    size = planted.stat().st_size
    os.truncate(planted, kept if kept > 1 else int(size * kept))

    with pytest.raises(UnreadableBinary, match=r"is cut off|is a damaged|without"):
        read_binary(planted)


def test_a_universal_file_has_the_names_of_all_its_parts(tmp_path):
    parts = [(cpu, macho([f"Py_{cpu}"], cpu=cpu)) for cpu in ("x86_64", "arm64")]
    path = tmp_path / "both.so"
    path.write_bytes(universal(*parts))

    found = read_binary(path)

    assert found.imports == ("Py_arm64", "Py_x86_64")
    assert found.machines == ("x86_64", "arm64")


def test_libraries_are_named(tmp_path):
    path = tmp_path / "planted"
    path.write_bytes(macho(libraries=["/usr/lib/libSystem.B.dylib", "@loader_path/x.dylib"]))
    assert read_binary(path).libraries == ("/usr/lib/libSystem.B.dylib", "@loader_path/x.dylib")

    path.write_bytes(pe({"python313.dll": ["PyA"], "b.dll": ["b"]}))
    assert read_binary(path).libraries == ("python313.dll", "b.dll")


@pytest.mark.compiles
@pytest.mark.parametrize(("flags", "is_stripped"), [([], False), (["-s"], True)], ids=["no", "yes"])
def test_a_stripped_elf_file_is_told_from_another(tmp_path, flags, is_stripped):
    path = plant_elf(tmp_path / "planted", IMPORTS, flags=flags)

    assert read_binary(path).is_stripped is is_stripped
    assert read_binary(path).imports == IMPORTS


@pytest.mark.parametrize(("local", "is_stripped"), [("a", False), ("", True)], ids=["no", "yes"])
def test_a_stripped_macho_file_is_told_from_another(tmp_path, local, is_stripped):
    path = tmp_path / "planted"
    path.write_bytes(macho(IMPORTS, local=local))

    assert read_binary(path).is_stripped is is_stripped


@pytest.mark.skipif(shutil.which("nm") is None, reason="there is no nm")
def test_the_names_of_a_real_module_are_those_of_nm(tmp_path):
    path = Path(_native.__file__)
    lines = subprocess.run(["nm", "-DP", path], check=True, capture_output=True, text=True).stdout
    rows = [line.split() for line in lines.splitlines()]
    names = {row[0].partition("@")[0]: row[1] for row in rows}

    found = read_binary(path)

    assert set(found.imports) == {name for name, kind in names.items() if kind in "Uwv"}
    assert set(found.exports) == {name for name, kind in names.items() if kind not in "Uwv"}
    assert "PyEval_SaveThread" in found.imports


def test_what_is_no_library_is_refused(tmp_path):
    (tmp_path / "text").write_text("import os\n")
    (tmp_path / "empty").touch()
    (tmp_path / "link").symlink_to(tmp_path / "text")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "object").write_bytes(macho(IMPORTS, file_type=1))
    os.mkfifo(tmp_path / "pipe")

    assert {path.name: _why(path) for path in tmp_path.iterdir()} == {
        "text": "is no ELF, Mach-O or PE file",
        "empty": "is empty",
        "link": "is a symbolic link",
        "loop": "is a symbolic link",
        "object": "is a Mach-O file, but no shared library",
        "pipe": "is no regular file",
    }
    assert _why(tmp_path) == "can't be opened: Is a directory"
    assert _why(Path(os.devnull)) == "is no regular file"
    assert _why(tmp_path / "missing") == "can't be opened: No such file or directory"
    assert "null" in _why(Path("a\0b"))


def _why(path):
    with pytest.raises(UnreadableBinary) as caught:
        read_binary(path)
    return str(caught.value)


def test_a_huge_file_is_refused_unread(tmp_path):
    path = tmp_path / "huge"
    path.write_bytes(macho(IMPORTS))
    os.truncate(path, binaries.MAX_FILE_BYTES + 1)

    assert _why(path) == (
        "is too large: it has 1,073,741,825 bytes, and at most 1,073,741,824 are read"
    )


def test_a_file_with_too_many_names_is_refused(planted, monkeypatch):
    monkeypatch.setattr(formats, "MAX_NAMES", 1)

    assert _why(planted) == "has more names than the 1 that are read"


@pytest.mark.parametrize("size", [1, 7, 64])
def test_a_text_is_found_across_the_pieces_of_a_file(planted, monkeypatch, size):
    monkeypatch.setattr(binaries, "_CHUNK_BYTES", size)

    assert read_binary(planted, MARKS).marks == {"planted_text"}


def test_a_file_that_has_nothing_to_do_with_python_is_not_searched(tmp_path):
    path = tmp_path / "planted"
    path.write_bytes(macho(["malloc"], texts=["planted_text"]))
    assert read_binary(path, MARKS).marks == frozenset()

    path.write_bytes(macho(["malloc", "dlsym"], texts=["planted_text"]))
    assert read_binary(path, MARKS).marks == {"planted_text"}
