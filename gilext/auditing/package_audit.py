"""One package: its compiled files are read, imported if that was asked for, and judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from sys import intern

from gilext.auditing.importing.declared import Wanted, declared_of
from gilext.auditing.importing.sources import Import, Importing
from gilext.auditing.results import Binary, Declared, ModuleAudit, PackageAudit
from gilext.auditing.rules.linter import findings_of
from gilext.auditing.static.binaries import UnreadableBinary
from gilext.auditing.static.capable import capable_of
from gilext.auditing.static.reader import BinaryReader
from gilext.auditing.static.symbols import file_name, modules_in
from gilext.auditing.targets.packages import BinaryFile, Package
from gilext.auditing.verdicts import verdict_of

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Read:
    """A compiled file that was read, or why it wasn't."""

    file: BinaryFile
    binary: Binary | None
    error: str | None


def audited_package(
    package: Package, reader: BinaryReader, how: Importing, progress: Progress
) -> PackageAudit:
    """Read a package, and judge it.

    Parameters
    ----------
    package : Package
        Its files are taken to their end.
    reader : BinaryReader
        What reads them, with the marks of `capable`.
    how : callable
        See `importing`.
    progress : callable
        Called with what is being done.
    """
    read = list(_read(package, reader, progress))
    libraries = {
        PurePath(one.file.path).name: one.binary for one in read if _module_of(one) is None
    }
    declared = _declared(package, read, how, progress)
    tags = package.packaged.tags if package.packaged is not None else ()
    modules = [_audited(one, libraries, tags, declared) for one in read]
    modules.sort(key=lambda one: (verdict_of(one).rank, one.name, one.path))
    audit = PackageAudit(package.name, package.packaged, tuple(modules), (), package.error)
    return replace(audit, findings=findings_of(audit, package.findings))


def _read(package: Package, reader: BinaryReader, progress: Progress) -> Iterator[_Read]:
    for file in package.files:
        if file.file is None:
            yield _Read(file, None, file.error)
            continue
        progress(f"reading {file.path}")
        try:
            yield _Read(file, _slim(reader.read(file.file)), None)
        except UnreadableBinary as error:
            yield _Read(file, None, f"it {error}")


def _slim(binary: Binary) -> Binary:
    """Return what is needed of a binary: a package may have hundreds, with thousands of names."""
    return replace(
        binary,
        imports=tuple(intern(name) for name in binary.imports),
        exports=tuple(intern(name) for name in binary.exports if name.startswith(("Py", "_Py"))),
        libraries=tuple(intern(file_name(name)) for name in binary.libraries),
    )


def _module_of(read: _Read) -> str | None:
    """Return the name in what makes a module of it; None if it is a library, or unknown."""
    names = modules_in(read.binary.exports if read.binary is not None else ())
    own = PurePath(read.file.path).name.partition(".")[0]
    return own if own in names else next(iter(names), None)


def _audited(
    read: _Read,
    libraries: Mapping[str, Binary | None],
    tags: Sequence[str],
    declared: Mapping[str, Declared],
) -> ModuleAudit:
    path = read.file.path
    short = _module_of(read)
    name = (read.file.module or short) if short is not None else PurePath(path).name
    capable = None
    if read.binary is not None:
        capable = capable_of(read.binary, PurePath(path), libraries, tags=tags)
    is_module = short is not None
    return ModuleAudit(name or path, path, is_module, capable, declared.get(path), read.error)


def _declared(
    package: Package, read: Sequence[_Read], how: Importing, progress: Progress
) -> dict[str, Declared]:
    """Import what can be imported of a package; return what each file declares, by its path."""
    found: dict[str, Declared] = {}
    with how(package) as import_:
        if import_ is None:
            return found
        wanted = _wanted(read, import_)
        progress(f"importing {package.name}")
        for one, declared in declared_of(
            list(wanted),
            folders=import_.folders,
            interpreter=import_.interpreter,
            seconds=import_.seconds,
        ):
            found[wanted[one]] = declared
            progress(f"importing {package.name}: {one.name} is done")
    return found


def _wanted(read: Sequence[_Read], import_: Import) -> dict[Wanted, str]:
    """Return the modules to import, with the paths of their files."""
    wanted: dict[Wanted, str] = {}
    for one in read:
        short = _module_of(one)
        if short is not None and one.file.path.endswith(import_.suffixes):
            path = str(one.file.file) if import_.by_path else None
            wanted.setdefault(Wanted(one.file.module or short, path), one.file.path)
    return wanted
