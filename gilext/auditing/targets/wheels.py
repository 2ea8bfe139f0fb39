"""Wheels, read without harm: whoever made one may have wanted to do some.

No member is written under its own name, and none of more bytes, or packed more tightly, than
compiled code ever is. One at a time is unpacked, into a folder that only this user can read.
"""

from __future__ import annotations

import os
import stat
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from gilext.auditing.results import Finding
from gilext.auditing.rules.codes import finding
from gilext.auditing.targets.binary_names import is_binary_name, module_name
from gilext.auditing.targets.metadata import packaged_of_wheel
from gilext.auditing.targets.packages import BinaryFile, Package
from gilext.core.report import printable

MAX_INDEX_BYTES = 8 << 20
MAX_MEMBERS = 100_000
MAX_TEXT_BYTES = 4 << 20
MAX_MEMBER_BYTES = 4 << 30
MAX_TOTAL_BYTES = 16 << 30
MAX_RATIO = 200
# What is smaller than this may be packed as tightly as it likes: padding to pages of 2 MiB is.
_SMALL_BYTES, _SMALL_TOTAL_BYTES = 16 << 20, 64 << 20
_CHUNK_BYTES = 1 << 20
_IS_ENCRYPTED = 0x1
# What zipfile raises if what it reads makes no sense.
BAD_ZIP = (
    BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, OverflowError,
    IndexError, KeyError, struct.error, zlib.error,
)  # fmt: skip


class _Unsafe(Exception):
    """A member isn't read, as it could do harm; the text says why."""


class _Bounded(FileIO):
    """A file of which nobody reads much at once: zipfile reads an index of any size."""

    def read(self, size: int | None = -1, /) -> bytes:
        left = os.fstat(self.fileno()).st_size - self.tell()
        size = left if size is None or size < 0 else min(size, left)
        if size > MAX_INDEX_BYTES:
            raise BadZipFile(f"its index is larger than {MAX_INDEX_BYTES >> 20} MiB")
        return super().read(size) or b""


def read_wheel(path: Path) -> Package:
    """Return what there is to read of a wheel.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    Package
        With an error if it is no wheel. Its findings name members that could do harm, which
        aren't unpacked.
    """
    try:
        with _opened(path) as archive:
            packaged, findings = packaged_of_wheel(path.name, *_metadata(archive))
    except BAD_ZIP as error:
        return Package(printable(path.name), None, iter(()), error=_why(error))
    return Package(printable(path.name), packaged, _files(path, findings), findings, wheel=path)


@contextmanager
def _opened(path: Path) -> Iterator[ZipFile]:
    with _Bounded(path) as file, ZipFile(file) as archive:
        if len(archive.infolist()) > MAX_MEMBERS:
            raise BadZipFile(f"it has more than {MAX_MEMBERS:,} members")
        yield archive


def _metadata(archive: ZipFile) -> tuple[bytes | None, bytes | None]:
    """Return METADATA and WHEEL, each None if it isn't there."""
    found: dict[str, bytes] = {}
    for member in archive.infolist():
        folder, _, name = member.filename.partition("/")
        if folder.endswith(".dist-info") and name in ("METADATA", "WHEEL"):
            if member.file_size > MAX_TEXT_BYTES:
                raise BadZipFile(f"its {name} is larger than {MAX_TEXT_BYTES >> 20} MiB")
            with archive.open(member) as file:
                found[name] = file.read(MAX_TEXT_BYTES)
    return found.get("METADATA"), found.get("WHEEL")


def _files(path: Path, findings: list[Finding]) -> Iterator[BinaryFile]:
    """Unpack one compiled file after the other; each is gone when the next is asked for."""
    try:
        with _opened(path) as archive, TemporaryDirectory(prefix="gilext-unpacked-") as folder:
            for member in _wanted(archive, path.stat().st_size, findings):
                yield _unpacked(archive, member, Path(folder))
    except BAD_ZIP as error:
        name = printable(path.name)
        findings.append(finding("GX903", f"{name} couldn't be read to its end: {_why(error)}."))


def _wanted(archive: ZipFile, size: int, findings: list[Finding]) -> Iterator[ZipInfo]:
    """Return the compiled files that are safe to unpack, and add to the findings what isn't."""
    members = archive.infolist()
    for message, name in _clashes(members):
        findings.append(finding("GX902", message, printable(name)))
    overlapping = _overlapping(members)
    total = 0
    for member in members:
        wanted = is_binary_name(member.filename)
        # The last of a name is the one that an installer leaves.
        if wanted and archive.getinfo(member.filename) is not member:
            continue
        try:
            _check_name(member)
            if wanted:
                total += member.file_size
                _check_content(member, total, size, member.header_offset in overlapping)
        except _Unsafe as error:
            name = member.orig_filename
            findings.append(finding("GX902", f"{name!r} {error}.", printable(name)))
        else:
            if wanted:
                yield member


def _check_name(member: ZipInfo) -> None:
    name = member.orig_filename
    if "\0" in name:
        raise _Unsafe("has a NUL in its name")
    if "\\" in name:
        raise _Unsafe("has a backslash in its name, which separates folders on Windows")
    if name.startswith("/") or name[1:2] == ":":
        raise _Unsafe("names a place outside the folder that it is unpacked into")
    if ".." in name.split("/"):
        raise _Unsafe("climbs out of the folder that it is unpacked into")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        what = "a symbolic link" if kind == stat.S_IFLNK else "a device, a pipe or a socket"
        raise _Unsafe(f"is {what}, which no wheel may hold")


def _check_content(member: ZipInfo, total: int, size: int, overlaps: bool) -> None:
    packed, unpacked = member.compress_size, member.file_size
    if overlaps:
        raise _Unsafe("overlaps another member")
    if member.flag_bits & _IS_ENCRYPTED:
        raise _Unsafe("is encrypted")
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise _Unsafe("is packed in a way that wheels aren't")
    if unpacked > MAX_MEMBER_BYTES:
        raise _Unsafe(f"is larger than {MAX_MEMBER_BYTES >> 30} GiB")
    if unpacked > max(_SMALL_BYTES, packed * MAX_RATIO):
        raise _Unsafe(f"unpacks to {unpacked:,} bytes from {packed:,}")
    if total > min(MAX_TOTAL_BYTES, max(_SMALL_TOTAL_BYTES, size * MAX_RATIO)):
        raise _Unsafe("makes the wheel too large to unpack")


def _clashes(members: list[ZipInfo]) -> Iterator[tuple[str, str]]:
    """Return what is wrong with names that occur more than once, one finding each."""
    counted = Counter(member.filename for member in members)
    for name, count in counted.items():
        if count > 1:
            yield (
                f"{name!r} is there {count} times; an installer keeps one of them.",
                name,
            )
    folded: dict[str, str] = {}
    for name in filter(is_binary_name, counted):
        other = folded.setdefault(name.casefold(), name)
        if other != name:
            yield (
                f"{name!r} and {other!r} are one file on systems that don't tell capitals apart.",
                name,
            )


def _overlapping(members: list[ZipInfo]) -> set[int]:
    """Return where members begin that share bytes with another."""
    found: set[int] = set()
    end, last = 0, -1
    for start, size in sorted((one.header_offset, one.compress_size) for one in members):
        if start < end or start == last:
            found |= {start, last}
        if start + size > end:
            end, last = start + size, start
    return found


def _unpacked(archive: ZipFile, member: ZipInfo, folder: Path) -> BinaryFile:
    """Unpack a member under a name of our own, in place of the one before."""
    path, name = printable(member.filename), member.filename
    target = folder / "member"
    target.unlink(missing_ok=True)
    try:
        with archive.open(member) as source, target.open("xb") as file:
            while chunk := source.read(_CHUNK_BYTES):
                file.write(chunk)
            if file.tell() != member.file_size:
                raise BadZipFile(f"it has {file.tell():,} bytes, not {member.file_size:,}")
    except BAD_ZIP as error:
        return BinaryFile(path, None, None, f"it can't be unpacked: {_why(error)}")
    return BinaryFile(path, target, module_name(_import_path(name)))


def _import_path(name: str) -> list[str]:
    """Return the parts of a member's name below where imports begin."""
    folder, *rest = parts = name.split("/")
    in_library = folder.endswith(".data") and rest[:1] in (["purelib"], ["platlib"])
    return rest[1:] if in_library and len(rest) > 1 else parts


def _why(error: BaseException) -> str:
    """Return what is wrong with a zip, in one line."""
    said = str(error).split("\n")[0]
    return printable(said) if said else "it ends too early"
