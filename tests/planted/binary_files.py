"""Makes small files of the three formats, with the names that a test wants in them."""

import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

from gilext.course.building import compiler

MACHO_CPUS = {"x86_64": 0x01000007, "arm64": 0x0100000C}
PE_SECTION_AT = 0x200
PE_SECTION_RVA = 0x1000


def plant_elf(
    path: Path,
    imports: Sequence[str] = (),
    exports: Sequence[str] = (),
    texts: Sequence[str] = (),
    flags: Sequence[str] = (),
) -> Path:
    """Compile a shared library that refers to some names, and has others and some texts."""
    lines = [f"extern void {name}(void);" for name in imports]
    lines += [f"void {name}(void) {{}}" for name in exports]
    table = ", ".join(["(void *)planted_local", *imports, *(f'(void *)"{one}"' for one in texts)])
    source = path.with_suffix(".c")
    source.write_text(
        "\n".join(
            [
                *lines,
                "static void __attribute__((used)) planted_local(void) {}",
                f"void *planted_table[] = {{{table}}};",
            ]
        ),
        encoding="ascii",
    )
    command = [*compiler()[:1], "-shared", "-fPIC", "-nostdlib", "-w", "-o", str(path), str(source)]
    subprocess.run([*command, *flags], check=True, capture_output=True)
    return path


def macho(
    imports: Sequence[str] = (),
    exports: Sequence[str] = (),
    libraries: Sequence[str] = (),
    texts: Sequence[str] = (),
    *,
    cpu: str = "arm64",
    local: str = "planted_local",
    file_type: int = 8,
) -> bytes:
    """Return a Mach-O bundle for one processor; ``local=""`` makes a stripped one."""
    strings, entries = b"\0", b""
    for names, kind, section in (((local,), 0x0E, 1), (exports, 0x0F, 1), (imports, 0x01, 0)):
        for name in filter(None, names):
            entries += struct.pack("<IBBHQ", len(strings), kind, section, 0, 0)
            strings += b"_" + name.encode("ascii") + b"\0"
    strings += b"\0".join(one.encode("ascii") for one in texts)
    needed = b"".join(_load_dylib(one) for one in libraries)
    header_size, commands_size = 32, 72 + 24 + len(needed)
    entries_at = header_size + commands_size
    strings_at = entries_at + len(entries)
    size = strings_at + len(strings)
    header = struct.pack(
        "<8I", 0xFEEDFACF, MACHO_CPUS[cpu], 0, file_type, 2 + len(libraries), commands_size, 0, 0
    )
    segment = struct.pack("<2I16s4Q4I", 0x19, 72, b"__LINKEDIT", 0, size, 0, size, 7, 7, 0, 0)
    symtab = struct.pack("<6I", 2, 24, entries_at, len(entries) // 16, strings_at, len(strings))
    return header + segment + symtab + needed + entries + strings


def universal(*parts: tuple[str, bytes]) -> bytes:
    """Return a universal Mach-O file of a part for each of these processors."""
    align = 12
    offset = 1 << align
    head, body = struct.pack(">2I", 0xCAFEBABE, len(parts)), b""
    for cpu, part in parts:
        body += b"\0" * (-len(body) % (1 << align))
        head += struct.pack(">5I", MACHO_CPUS[cpu], 0, offset + len(body), len(part), align)
        body += part
    return head.ljust(offset, b"\0") + body


def _load_dylib(name: str) -> bytes:
    text = name.encode("ascii") + b"\0"
    text += b"\0" * (-len(text) % 8)
    return struct.pack("<6I", 0xC, 24 + len(text), 24, 0, 0, 0) + text


def pe(
    imports: dict[str, Sequence[str]] | None = None,
    exports: Sequence[str] = (),
    texts: Sequence[str] = (),
) -> bytes:
    """Return a DLL for x86-64 that takes these functions of these libraries."""
    content = bytearray(20 * (len(imports or {}) + 1))

    def put(data: bytes) -> int:
        address = PE_SECTION_RVA + len(content)
        content.extend(data + b"\0" * (-len(data) % 8))
        return address

    for index, (library, names) in enumerate((imports or {}).items()):
        hints = [put(b"\0\0" + name.encode("ascii") + b"\0") for name in names]
        table = struct.pack(f"<{len(hints) + 1}Q", *hints, 0)
        lookup, addresses, title = put(table), put(table), put(library.encode("ascii") + b"\0")
        struct.pack_into("<5I", content, 20 * index, lookup, 0, 0, title, addresses)
    export = 0
    if exports:
        names_at = [put(name.encode("ascii") + b"\0") for name in exports]
        count = len(exports)
        functions = put(struct.pack(f"<{count}I", *[PE_SECTION_RVA] * count))
        names_table = put(struct.pack(f"<{count}I", *names_at))
        ordinals = put(struct.pack(f"<{count}H", *range(count)))
        title = put(b"planted.pyd\0")
        tables = (count, count, functions, names_table, ordinals)
        export = put(struct.pack("<2I2H7I", 0, 0, 0, 0, title, 1, *tables))
    for text in texts:
        put(text.encode("ascii"))
    return _pe_headers(len(content), export, bool(imports)) + bytes(content)


def _pe_headers(size: int, export: int, has_imports: bool) -> bytes:
    directories = [(0, 0)] * 16
    if export:
        directories[0] = (export, 40)
    if has_imports:
        directories[1] = (PE_SECTION_RVA, size)
    dos = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40)
    coff = b"PE\0\0" + struct.pack("<2H3I2H", 0x8664, 1, 0, 0, 0, 240, 0x2022)
    optional = struct.pack("<H2B5I", 0x20B, 0, 0, 0, size, 0, 0, PE_SECTION_RVA)
    optional += struct.pack("<Q2I6H4I2H4Q2I", 0x180000000, 0x1000, 0x200, 6, 0, 0, 0, 6, 0, 0,
                            0x10000, PE_SECTION_AT, 0, 2, 0, 0, 0, 0, 0, 0, 16)  # fmt: skip
    optional += b"".join(struct.pack("<2I", *one) for one in directories)
    section = struct.pack("<8s6I2HI", b".rdata", size, PE_SECTION_RVA, size, PE_SECTION_AT, 0, 0,
                          0, 0, 0x40000040)  # fmt: skip
    return (dos + coff + optional + section).ljust(PE_SECTION_AT, b"\0")
