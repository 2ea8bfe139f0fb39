"""Wheels are read without harm, whatever is in them."""

import os
import random
import stat
import struct
import tempfile
import tracemalloc
from contextlib import nullcontext
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gilext import audit
from gilext.auditing.targets import wheels
from gilext.auditing.targets.wheels import read_wheel

METADATA = b"Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n"
WHEEL = b"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp313-cp313-linux_x86_64\n"
NAME = "thing-1.0-cp313-cp313-linux_x86_64.whl"
MODULE = "thing/fast.cpython-313-x86_64-linux-gnu.so"
CODE = b"\x7fELF, more or less"


def write_wheel(folder, members, name=NAME):
    """Write a wheel of names (or ZipInfos) and contents, and its metadata."""
    path = Path(folder, name)
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for member, content in members:
            archive.writestr(member, content)
        archive.writestr("thing-1.0.dist-info/METADATA", METADATA)
        archive.writestr("thing-1.0.dist-info/WHEEL", WHEEL)
    return path


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Have temporary folders made in a folder of this test, and see that they are gone."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def wheel(tmp_path, temporary):
    def make(*members, name=NAME):
        return read_wheel(write_wheel(tmp_path, members, name))

    return make


def everything(package):
    return [(one.path, one.module, one.error) for one in package.files]


def unsafe(package):
    """Return what is unsafe of a wheel, none of which is unpacked."""
    read = {one.path for one in package.files}
    found = {one.path: one.message for one in package.findings if one.code == "GX902"}
    assert read.isdisjoint(found)
    return found


def test_compiled_files_are_unpacked_one_at_a_time(wheel, temporary):
    package = wheel((MODULE, CODE), ("thing/__init__.py", b""), ("thing.libs/liba.so.1", b"lib"))
    contents = []
    for one in package.files:
        contents.append((one.path, one.module, one.file.read_bytes()))
        (folder,) = temporary.iterdir()
        assert list(folder.iterdir()) == [one.file]
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    assert contents == [(MODULE, "thing.fast", CODE), ("thing.libs/liba.so.1", None, b"lib")]
    assert (package.packaged.name, package.packaged.tags) == (
        "thing", ("cp313-cp313-linux_x86_64",),
    )  # fmt: skip
    assert (package.findings, package.error) == ([], None)


def test_a_module_in_the_data_of_a_wheel_has_the_name_that_it_is_installed_under(wheel):
    assert everything(wheel((f"thing-1.0.data/platlib/{MODULE}", CODE))) == [
        (f"thing-1.0.data/platlib/{MODULE}", "thing.fast", None)
    ]


@pytest.mark.parametrize("end", ["closed", "forgotten", "raised"])
def test_nothing_is_left_behind_by_who_stops_early(wheel, end):
    files = wheel((MODULE, CODE), ("thing/b.so", CODE)).files
    next(files)
    if end == "closed":
        files.close()
    elif end == "raised":
        with pytest.raises(KeyboardInterrupt):
            files.throw(KeyboardInterrupt)
    del files


@pytest.mark.parametrize(
    "name",
    ["../out.so", "a/../../out.so", "/tmp/out.so", "C:/out.so", "C:out.so", "a\\..\\out.so", ".."],
)
def test_names_that_climb_out_are_not_unpacked(wheel, tmp_path, name):
    before = set(tmp_path.rglob("*"))
    member = ZipInfo("placeholder")
    member.filename = member.orig_filename = name
    package = wheel((member, CODE), (MODULE, CODE))

    assert list(unsafe(package)) == [name]
    assert {one.name for one in set(tmp_path.rglob("*")) - before} == {NAME}


def test_a_nul_in_a_name_hides_nothing(wheel, tmp_path):
    path = write_wheel(tmp_path, [("thing/fast.soXpy", CODE)])
    path.write_bytes(path.read_bytes().replace(b"fast.soXpy", b"fast.so\0py"))

    assert unsafe(read_wheel(path)) == {
        "thing/fast.so\\x00py": "'thing/fast.so\\x00py' has a NUL in its name."
    }


@pytest.mark.parametrize(
    ("kind", "word"),
    [(stat.S_IFLNK, "symbolic link"), (stat.S_IFIFO, "pipe"), (stat.S_IFCHR, "device")],
)
def test_what_is_no_file_is_not_unpacked(wheel, kind, word):
    member = ZipInfo(MODULE)
    member.external_attr = (kind | 0o777) << 16
    package = wheel((member, b"/etc/passwd"))

    assert word in unsafe(package)[MODULE]


@pytest.mark.parametrize("name", ["thing/a.so", "thing/A.SO"])
def test_names_that_are_one_file_somewhere_are_told(wheel, name):
    with pytest.warns(UserWarning, match="Duplicate") if name.islower() else nullcontext():
        package = wheel(("thing/a.so", b"first"), (name, b"second"))
    read = [one.file.read_bytes() for one in package.files]

    assert read == [b"second"] if name.islower() else [b"first", b"second"]
    assert [one.code for one in package.findings] == ["GX902"]


def test_escape_sequences_in_a_name_reach_no_terminal(wheel):
    ((path, _, _),) = everything(wheel(("thing/\x1b[31mred.so", CODE)))

    assert path == "thing/\\x1b[31mred.so"


def test_a_member_that_unpacks_to_far_more_than_code_does_is_left(wheel, monkeypatch):
    monkeypatch.setattr(wheels, "_SMALL_BYTES", 1 << 16)
    package = wheel(("thing/bomb.so", bytes(1 << 20)), (MODULE, CODE))

    assert "unpacks to 1,048,576 bytes" in unsafe(package)["thing/bomb.so"]


def test_members_that_are_small_each_and_large_together_are_left(wheel, monkeypatch):
    monkeypatch.setattr(wheels, "_SMALL_TOTAL_BYTES", 1 << 20)
    monkeypatch.setattr(wheels, "MAX_RATIO", 20)
    package = wheel(*((f"thing/a{index}.so", bytes(1 << 18)) for index in range(8)))

    assert list(unsafe(package)) == [f"thing/a{index}.so" for index in range(4, 8)]


def test_members_that_overlap_are_left(wheel, tmp_path):
    path = write_wheel(tmp_path, [("thing/a.so", CODE), ("thing/b.so", CODE), (MODULE, CODE)])
    data = bytearray(path.read_bytes())
    second = data.rindex(b"thing/b.so") - 46
    struct.pack_into("<I", data, second + 42, 0)  # the second is where the first is
    path.write_bytes(data)

    assert set(unsafe(read_wheel(path))) == {"thing/a.so", "thing/b.so"}


@pytest.mark.parametrize("told", [len(CODE) - 1, len(CODE) + 1, 0, 2**32 - 2])
def test_a_size_that_is_a_lie_is_an_error_row(tmp_path, temporary, told):
    path = write_wheel(tmp_path, [(ZipInfo(MODULE), CODE)])  # stored
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, data.rindex(MODULE.encode()) - 46 + 24, told)
    path.write_bytes(data)
    package = read_wheel(path)
    broken = [name for name, _, error in everything(package) if error]

    assert [*broken, *(one.path for one in package.findings)] == [MODULE]


def test_a_packed_member_that_is_broken_is_an_error_row_alone(tmp_path, temporary):
    code = random.Random(1).randbytes(1000)
    path = write_wheel(tmp_path, [("thing/a.so", code), (MODULE, CODE)])
    data = bytearray(path.read_bytes())
    data[400:500] = bytes(100)
    path.write_bytes(data)
    (_, _, error), other = everything(read_wheel(path))

    assert "can't be unpacked" in error
    assert other == (MODULE, "thing.fast", None)


def test_an_encrypted_member_is_left(tmp_path, temporary):
    path = write_wheel(tmp_path, [(MODULE, CODE)])
    data = bytearray(path.read_bytes())
    data[data.rindex(MODULE.encode()) - 46 + 8] |= 1
    path.write_bytes(data)

    assert "encrypted" in unsafe(read_wheel(path))[MODULE]


def test_a_member_packed_in_another_way_is_left(tmp_path, temporary):
    path = tmp_path / NAME
    with ZipFile(path, "w", ZIP_BZIP2) as archive:
        archive.writestr(MODULE, CODE * 100)

    assert MODULE in unsafe(read_wheel(path))


@pytest.mark.parametrize("size", [0, 1, 21, 100, -1, -30])
def test_a_wheel_that_ends_too_early_is_an_error(tmp_path, temporary, size):
    path = write_wheel(tmp_path, [(MODULE, CODE)])
    path.write_bytes(path.read_bytes()[:size])
    package = read_wheel(path)

    assert package.error
    assert "\n" not in package.error
    assert list(package.files) == []


def test_a_wheel_whose_names_are_no_text_is_an_error(tmp_path, temporary):
    path = write_wheel(tmp_path, [("thing/ä.so", CODE)])
    path.write_bytes(path.read_bytes().replace("ä".encode(), b"\xff\xfe"))

    assert "decode" in read_wheel(path).error


def test_a_large_member_in_the_larger_form_is_read(tmp_path, temporary):
    path = tmp_path / NAME
    with ZipFile(path, "w") as archive, archive.open(MODULE, "w", force_zip64=True) as file:
        file.write(CODE)

    assert everything(read_wheel(path)) == [(MODULE, "thing.fast", None)]


def test_a_wheel_of_very_many_members_is_an_error(wheel, monkeypatch):
    monkeypatch.setattr(wheels, "MAX_MEMBERS", 10)
    package = wheel(*((f"thing/{index}.py", b"") for index in range(11)))

    assert "more than 10 members" in package.error


def test_an_index_larger_than_any_is_not_read(wheel, monkeypatch):
    monkeypatch.setattr(wheels, "MAX_INDEX_BYTES", 1 << 10)
    package = wheel(*((f"thing/{index}.py", b"") for index in range(100)))

    assert "index is larger" in package.error


def test_metadata_larger_than_any_is_not_read(wheel, monkeypatch):
    monkeypatch.setattr(wheels, "MAX_TEXT_BYTES", 10)

    assert "METADATA is larger" in wheel((MODULE, CODE)).error


def test_a_wheel_within_a_wheel_is_no_binary(wheel):
    assert everything(wheel(("thing/inner.whl", b"PK"))) == []


def test_a_file_that_cannot_be_read_is_an_error(tmp_path):
    assert "No such file" in read_wheel(tmp_path / NAME).error


def _mutated(seed):
    """Return a small wheel with some of its bytes changed."""
    chance = random.Random(seed)
    data = bytearray(_SMALL)
    for _ in range(chance.randint(1, 8)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


with tempfile.TemporaryDirectory() as _folder:
    _SMALL = write_wheel(_folder, [(MODULE, CODE), ("../out.so", b"x")]).read_bytes()


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32).map(_mutated))
def test_no_mutation_of_a_wheel_does_harm(data):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, NAME).write_bytes(data)
        package = read_wheel(Path(folder, NAME))
        for one in package.files:
            assert (one.file is None) is (one.error is not None)
        assert os.listdir(folder) == [NAME]


def test_a_stored_member_is_read(tmp_path, temporary):
    path = tmp_path / NAME
    with ZipFile(path, "w", ZIP_STORED) as archive:
        archive.writestr(MODULE, CODE)

    assert everything(read_wheel(path)) == [(MODULE, "thing.fast", None)]


def peak_bytes(path):
    """Return the most memory that reading a wheel takes at once."""
    tracemalloc.start()
    try:
        assert all(one.error is None for one in read_wheel(path).files)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_number_of_binaries(tmp_path, temporary):
    def path_of(count):
        members = [(ZipInfo(f"thing/a{index}.so"), bytes(1 << 20)) for index in range(count)]
        return write_wheel(tmp_path, members, f"{count}.whl")

    few, many = path_of(2), path_of(32)
    peak_bytes(few)  # what is imported and cached is paid for

    assert peak_bytes(many) < peak_bytes(few) + (1 << 20)


def test_an_audit_names_what_it_did_not_unpack_and_what_is_no_code(tmp_path, temporary):
    members = [("../out.so", CODE), ("thing/bomb.so", bytes(32 << 20)), (MODULE, CODE)]
    (package,) = audit(write_wheel(tmp_path, members), imports=False).packages
    found = {(one.code, one.path) for one in package.findings}

    assert {("GX902", "../out.so"), ("GX902", "thing/bomb.so"), ("GX901", MODULE)} <= found
    assert {one.name for one in tmp_path.iterdir()} == {NAME, "temporary"}
    assert all("  " not in one.message and ": is " not in one.message for one in package.findings)
