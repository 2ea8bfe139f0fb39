"""What lief says of an ELF, a Mach-O and a PE file, as a `Binary`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BufferedReader
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar

from gilext.auditing.results import Binary

if TYPE_CHECKING:
    import lief

_T = TypeVar("_T")

MAX_NAMES = 1_000_000
# As the tags of wheels call the processors, for those that lief calls otherwise.
_MACHINES = {"amd64": "x86_64", "arm": "armv7l", "i386": "i686", "x86": "i686"}
# <mach-o/fat.h>
UNIVERSAL_MAGICS = frozenset({bytes.fromhex("cafebabe"), bytes.fromhex("cafebabf")})
_UNDEFINED_SECTION = 0
# <mach-o/nlist.h>: the bits of a symbol's type.
_N_STAB, _N_TYPE, _N_EXT = 0xE0, 0x0E, 0x01
_N_UNDF, _N_SECT = 0x00, 0x0E


class UnreadableBinary(ValueError):
    """A file isn't a binary that can be read; the message says why, as what follows its name."""


def read_elf(file: BufferedReader, size: int) -> Binary:
    """Return what an ELF file of this size says.

    Raises
    ------
    UnreadableBinary
        If it is damaged, or no program or shared library.
    """
    import lief

    config = lief.ELF.ParserConfig()
    config.parse_relocations = False
    config.parse_symtab_symbols = False
    config.parse_symbol_versions = False
    config.parse_notes = False
    config.parse_overlay = False
    found = lief.ELF.parse(file, config)
    if found is None:
        raise UnreadableBinary("is a damaged ELF file")
    header, types = found.header, lief.ELF.Header.FILE_TYPE
    if header.file_type in (types.REL, types.CORE):
        raise UnreadableBinary("is an ELF file, but no shared library")
    if len(found.segments) != header.numberof_segments or not found.segments:
        raise UnreadableBinary("is a damaged ELF file")
    sections_end = header.section_header_offset + (
        header.numberof_sections * header.section_header_size
    )
    _check_end(max([sections_end, *_loaded_ends(found)]), size)
    symbols = [(text(one.name), one.shndx) for one in _all(found.dynamic_symbols)]
    if not symbols:
        raise UnreadableBinary("is an ELF file without dynamic symbols")
    return Binary(
        form="ELF",
        machines=(_machine(header.machine_type.name),),
        imports=_sorted(name for name, section in symbols if section == _UNDEFINED_SECTION),
        exports=_sorted(name for name, section in symbols if section != _UNDEFINED_SECTION),
        libraries=tuple(text(one) for one in _all(found.libraries)),
        is_stripped=all(
            section.type != lief.ELF.Section.TYPE.SYMTAB for section in _all(found.sections)
        ),
    )


def _loaded_ends(found: lief.ELF.Binary) -> Iterator[int]:
    """Return where each part of a file that is loaded ends in it."""
    import lief

    for segment in _all(found.segments):
        if segment.type == lief.ELF.Segment.TYPE.LOAD:
            yield segment.file_offset + segment.physical_size


def read_macho(file: BufferedReader, size: int) -> Binary:
    """Return what a Mach-O file of this size says, all parts of a universal one taken together.

    Raises
    ------
    UnreadableBinary
        If it is damaged, or no program or shared library.
    """
    import lief

    expected = _parts_of_macho(file)
    fat = lief.MachO.parse(file, lief.MachO.ParserConfig.quick)
    parts = [] if fat is None else [fat.at(index) for index in range(fat.size)]
    found = [part for part in parts if part is not None]
    if len(found) != expected or any(len(part.commands) != part.header.nb_cmds for part in found):
        raise UnreadableBinary("is a damaged Mach-O file")
    types = lief.MachO.Header.FILE_TYPE
    if any(
        part.header.file_type not in (types.BUNDLE, types.DYLIB, types.EXECUTE) for part in found
    ):
        raise UnreadableBinary("is a Mach-O file, but no shared library")
    ends = [
        part.fat_offset + segment.file_offset + segment.file_size
        for part in found
        for segment in _all(part.segments)
    ]
    _check_end(max(ends, default=0), size)
    symbols = {
        (text(one.name).removeprefix("_"), one.raw_type & (_N_TYPE | _N_EXT))
        for part in found
        for one in _all(part.symbols)
        if not one.raw_type & _N_STAB
    }
    if not symbols:
        raise UnreadableBinary("is a Mach-O file without symbols")
    own_id = lief.MachO.LoadCommand.TYPE.ID_DYLIB
    return Binary(
        form="Mach-O",
        machines=tuple(_machine(part.header.cpu_type.name) for part in found),
        imports=_sorted(name for name, kind in symbols if kind == _N_UNDF | _N_EXT),
        exports=_sorted(name for name, kind in symbols if kind == _N_SECT | _N_EXT),
        libraries=tuple(
            dict.fromkeys(
                text(one.name)
                for part in found
                for one in _all(part.libraries)
                if one.command != own_id
            )
        ),
        is_stripped=all(kind & _N_EXT for _, kind in symbols),
    )


def _parts_of_macho(file: BufferedReader) -> int:
    """Return how many parts a universal file says that it has; 1 for any other."""
    magic, count = file.read(4), file.read(4)
    file.seek(0)
    return int.from_bytes(count, "big") if magic in UNIVERSAL_MAGICS else 1


def read_pe(file: BufferedReader, size: int) -> Binary:
    """Return what a PE file of this size says.

    Raises
    ------
    UnreadableBinary
        If it is damaged, or no library.
    """
    import lief

    config = lief.PE.ParserConfig()
    config.parse_exceptions = False
    config.parse_reloc = False
    config.parse_rsrc = False
    config.parse_signature = False
    found = lief.PE.parse(file, config)
    if found is None:
        raise UnreadableBinary("is a damaged PE file")
    if len(found.sections) != found.header.numberof_sections:
        raise UnreadableBinary("is a damaged PE file")
    ends = [one.pointerto_raw_data + one.sizeof_raw_data for one in _all(found.sections)]
    _check_end(max(ends, default=0), size)
    at_start, delayed = list(_all(found.imports)), list(_all(found.delay_imports))
    functions = chain.from_iterable(
        _all(table.entries) for tables in (at_start, delayed) for table in tables
    )
    return Binary(
        form="PE",
        machines=(_machine(found.header.machine.name),),
        imports=_sorted(text(one.name) for one in functions),
        exports=_sorted(text(one.name) for one in _all(found.exported_functions)),
        libraries=(*(text(one.name) for one in at_start), *(text(one.name) for one in delayed)),
        is_stripped=None,
    )


def text(name: str | bytes) -> str:
    """Return a name as text, whatever bytes are in it."""
    return name if isinstance(name, str) else name.decode("utf-8", errors="replace")


def _all(found: Iterable[_T]) -> Iterator[_T]:
    """Return all of what a file has of a kind, as long as that is a sane number."""
    for index, one in enumerate(islice(found, MAX_NAMES + 1)):
        if index == MAX_NAMES:
            raise UnreadableBinary(f"has more names than the {MAX_NAMES:,} that are read")
        yield one


def _check_end(end: int, size: int) -> None:
    if end > size:
        raise UnreadableBinary(f"is cut off: it has {size:,} bytes of {end:,}")


def _machine(name: str) -> str:
    lower = name.lower()
    return _MACHINES.get(lower, lower)


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name}))
