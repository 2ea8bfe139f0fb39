"""Read mutated wheels: none may crash the audit, hang it, fill the memory or write outside.

``python benchmarks/audit_wheels_fuzz.py COUNT [SEED]`` reads that many mutations of small wheels,
and says what happened. Each is a wheel that was right, with bytes changed, cut out, doubled or cut
off, or with a hostile name or an extreme number in its index.
"""

from __future__ import annotations

import io
import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from gilext.auditing.targets.wheels import read_wheel

NAME = "thing-1.0-cp313-cp313-linux_x86_64.whl"
MODULE = "thing/fast.cpython-313-x86_64-linux-gnu.so"
MAX_SECONDS = 5
METADATA = b"Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n"
WHEEL = b"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp313-cp313-linux_x86_64\n"
HOSTILE = (b"../../outside.so", b"/tmp/outside.so", b"C:\\outside.so", b"a/../../b.so", b"\0.so")
EXTREMES = (0, 1, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF)


def small_wheels() -> list[bytes]:
    """Return wheels that are right: packed, stored, and with the fields of large ones."""
    chance = random.Random(0)
    contents = [chance.randbytes(300), b"\x7fELF" * 500, b""]
    found = []
    for packing in (ZIP_DEFLATED, ZIP_STORED):
        for is_large in (False, True):
            file = io.BytesIO()
            with ZipFile(file, "w", packing) as archive:
                for index, content in enumerate(contents):
                    with archive.open(f"{index}/{MODULE}", "w", force_zip64=is_large) as member:
                        member.write(content)
                archive.writestr("thing-1.0.dist-info/METADATA", METADATA)
                archive.writestr("thing-1.0.dist-info/WHEEL", WHEEL)
            found.append(file.getvalue())
    return found


def mutated_wheels(wheels: list[bytes], chance: random.Random) -> Iterator[bytes]:
    """Return mutations of wheels, without end."""
    while True:
        data = bytearray(chance.choice(wheels))
        for _ in range(chance.choice((1, 1, 1, 2))):
            mutate(data, chance)
        yield bytes(data)


def mutate(data: bytearray, chance: random.Random) -> None:
    """Change a wheel in one place."""
    if not data:
        return
    start = chance.randrange(len(data))
    end = min(len(data), start + chance.randint(1, 64))
    match chance.randrange(7):
        case 0:
            data[start] ^= 1 << chance.randrange(8)
        case 1:
            data[start:end] = chance.randbytes(end - start)
        case 2:
            del data[start:end]
        case 3:
            data[start:start] = data[start:end]
        case 4:
            del data[start:]
        case 5:
            size = chance.choice((2, 4, 8))
            data[start : start + size] = (chance.choice(EXTREMES)).to_bytes(8, "little")[:size]
        case 6:
            name = chance.choice(HOSTILE)
            at = data.rfind(b"thing/", 0, start)
            data[max(at, 0) : max(at, 0) + len(name)] = name


def outcome(path: Path) -> str:
    """Return what became of a wheel, in a word."""
    package = read_wheel(path)
    if package.error is not None:
        return "no wheel"
    files = list(package.files)
    assert all((one.file is None) is (one.error is not None) for one in files)
    if any(one.code == "GX902" for one in package.findings):
        return "unsafe"
    if any(one.code == "GX903" for one in package.findings) or any(one.error for one in files):
        return "damaged"
    return "read"


def main(count: int, seed: int = 1) -> None:
    """Read mutations, and print what became of them."""
    wheels = small_wheels()
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    outside = {Path("/tmp/outside.so"), Path("C:\\outside.so")}
    with tempfile.TemporaryDirectory(prefix="gilext-fuzz-") as name:
        root = Path(name)
        inner = root / "a" / "b"
        temporary = root / "temporary"
        inner.mkdir(parents=True)
        temporary.mkdir()
        tempfile.tempdir = str(temporary)
        path = inner / NAME
        expected = {root / "a", inner, path, temporary}
        os.chdir(inner)
        for _, data in zip(range(count), mutated_wheels(wheels, random.Random(seed)), strict=False):
            path.write_bytes(data)
            began = time.perf_counter()
            outcomes[outcome(path)] += 1
            slowest = max(slowest, time.perf_counter() - began)
            assert slowest < MAX_SECONDS, "a wheel took too long"
            assert set(root.rglob("*")) == expected, "a file was left behind"
            assert not any(map(Path.exists, outside)), "a file was written outside"
        os.chdir("/")
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    said = ", ".join(f"{number:,} {word}" for word, number in outcomes.most_common())
    print(f"{count:,} mutated wheels: {said}; none crashed, none wrote outside its folder;")
    print(f"the slowest took {slowest * 1000:.0f} ms; {peak_mib:.0f} MiB at most")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
