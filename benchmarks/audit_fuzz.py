"""Whether damaged binaries and wheels do any harm to what audits them.

Run ``python benchmarks/audit_fuzz.py WHEEL...`` from the source tree, with wheels for Linux, macOS
and Windows. It damages their smaller binaries and, one time of ten, a small wheel as a whole, reads
the result as an audit does, and prints what came of it. It fails when something is raised that an
audit doesn't expect, when a file takes more than 5 s of a processor's time in either process (how
busy the machine is doesn't matter), or when anything is written outside its
temporary folder. ``--first`` begins with a later file of the same series: each is made from
``--seed`` and its number alone.
"""

import argparse
import os
import platform
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path, PurePath

from gilext.auditing.static.binaries import UnreadableBinary
from gilext.auditing.static.capable import MARKS, capable_of
from gilext.auditing.static.reader import SECONDS_PER_FILE, BinaryReader
from gilext.auditing.targets.wheels import read_wheel

MAX_BINARY_BYTES, MAX_WHEEL_BYTES, PER_WHEEL = 160_000, 260_000, 4
HEADER_BYTES = 4096
NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink",
           "os.truncate", "os.chmod", "os.chown", "os.utime", "shutil.rmtree"}  # fmt: skip


def main():
    options = parsed()
    binaries, wheels = material(options.wheels)
    print(f"{len(binaries)} binaries ({', '.join(forms(binaries))}) and {len(wheels)} wheels")
    with tempfile.TemporaryDirectory(prefix="audit-fuzz-") as place:
        guard = Guard(Path(place))
        outcomes, slowest, seconds = run(options, binaries, wheels, guard)
        strays = guard.strays()
        os.chdir("/")
    print(f"CPython {platform.python_version()}, {platform.platform()}")
    print(f"seed {options.seed}: {sum(outcomes.values()):,} files in {seconds:,.0f} s")
    for outcome, count in outcomes.most_common():
        print(f"  {count:>7,}  {outcome}")
    print(f"the slowest took {slowest[0]:.2f} s in this process: number {slowest[1]}")
    print(f"written outside the temporary folder: {', '.join(sorted(strays)) or 'nothing'}")
    sys.exit(bool(strays) or any("hang" in one or "unexpected" in one for one in outcomes))


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheels", nargs="+", type=Path)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=16)
    parser.add_argument("--minutes", type=float, default=600.0, help="stop after this time")
    return parser.parse_args()


def material(paths):
    """Return the smallest binaries of the wheels, and the wheels that are small."""
    binaries, wheels = [], []
    for path in sorted(paths):
        with zipfile.ZipFile(path) as archive:
            members = [
                one
                for one in archive.infolist()
                if one.filename.endswith((".so", ".pyd", ".dylib", ".dll"))
                and one.file_size <= MAX_BINARY_BYTES
            ]
            members.sort(key=lambda one: (one.file_size, one.filename))
            binaries += [(PurePath(m.filename), archive.read(m)) for m in members[:PER_WHEEL]]
        if path.stat().st_size <= MAX_WHEEL_BYTES:
            wheels.append((PurePath(path.name), path.read_bytes()))
    return binaries, wheels


def forms(binaries):
    counted = Counter("ELF" if content[:4] == b"\x7fELF" else "PE" if content[:2] == b"MZ"
                      else "Mach-O" for _, content in binaries)  # fmt: skip
    return [f"{count} {form}" for form, count in sorted(counted.items())]


class Guard:
    """Sees what this process changes outside a folder, and what is new next to that folder.

    What parses the files, in another process, has a limit of 0 bytes for each file that it writes,
    and its home, its temporary files and its working folder would be next to that folder.
    """

    def __init__(self, place):
        self.place = place.resolve()
        self.folder = self.place / "work"
        self.folder.mkdir()
        (self.place / "home").mkdir()
        os.chdir(self.place / "home")
        os.environ |= {"HOME": str(self.place / "home"), "TMPDIR": str(self.folder)}
        tempfile.tempdir = str(self.folder)
        self.root = set(os.listdir("/"))
        self.changed = set()
        self.is_on = True
        sys.addaudithook(self.see)

    def see(self, event, arguments):
        if not self.is_on:
            return
        if event in CHANGES or (event == "open" and writes(*arguments[1:])):
            for path in arguments[: 2 if event == "os.rename" else 1]:
                self.note(path, arguments[-1])

    def note(self, path, last):
        """Note a path that is outside; the last argument may be the folder that it begins at."""
        if isinstance(path, str | bytes | os.PathLike):
            path = os.fsdecode(path)
            if not os.path.isabs(path) and isinstance(last, int) and last > 2:
                path = os.path.join(os.readlink(f"/proc/self/fd/{last}"), path)
            path = os.path.abspath(path)
            if path != os.devnull and not path.startswith(f"{self.folder}{os.sep}"):
                self.changed.add(path)

    def strays(self):
        self.is_on = False
        beside = {str(one) for one in (self.place / "home").rglob("*")}
        beside |= {str(one) for one in self.place.iterdir() if one.name not in ("work", "home")}
        return self.changed | beside | {f"/{name}" for name in set(os.listdir("/")) - self.root}


def writes(mode, flags):
    return bool(flags & WRITES) if isinstance(flags, int) else mode not in (None, "r", "rb")


def run(options, binaries, wheels, guard):
    outcomes, slowest = Counter(), (0.0, None)
    began = time.monotonic()
    reader = BinaryReader(MARKS)
    with reader:
        for number in range(options.first, options.first + options.count):
            if time.monotonic() - began > options.minutes * 60:
                break
            chance = random.Random(f"{options.seed}:{number}")
            is_wheel = bool(wheels) and number % 10 == 9
            name, content = chance.choice(wheels if is_wheel else binaries)
            path = guard.folder / name.name
            path.write_bytes(damaged(content, chance))
            at = time.process_time()
            try:
                outcome = (wheel_outcome if is_wheel else outcome_of)(path, reader)
            except Exception as error:
                outcome = f"unexpected: {type(error).__name__}: {error} (number {number})"
            took = time.process_time() - at
            path.unlink()
            slowest = max(slowest, (took, number))
            if took > SECONDS_PER_FILE or "processor" in outcome or "wasn't done" in outcome:
                outcome = f"hang: {outcome}, {took:.1f} s in this process (number {number})"
            outcomes[outcome] += 1
    return outcomes, slowest, time.monotonic() - began


def outcome_of(path, reader):
    try:
        binary = reader.read(path)
    except UnreadableBinary as error:
        text = str(error)
        what = next((one for one in ("wasn't done", "ended the process", "memory", "processor") if one in text),
                    None)  # fmt: skip
        return f"binary: {text}" if what else "binary: refused in one sentence"
    capable_of(binary, path)
    return "binary: read"


def wheel_outcome(path, reader):
    package = read_wheel(path)
    read = [outcome_of(one.file, reader) for one in package.files if one.file is not None]
    if package.error is not None:
        return "wheel: refused in one sentence"
    broken = sorted({one for one in read if "sentence" not in one and "read" not in one[-4:]})
    return f"wheel: {broken[0]}" if broken else "wheel: read"


def damaged(content, chance):
    """Return a file with some of a fuzzer's usual damages."""
    content = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4, 16, 64))):
        if not content:
            break
        end = len(content) if chance.random() < 0.5 else min(len(content), HEADER_BYTES)
        at = chance.randrange(end)
        chance.choice(DAMAGES)(content, at, chance)
    return bytes(content)


def flip_bit(content, at, chance):
    content[at] ^= 1 << chance.randrange(8)


def set_byte(content, at, chance):
    content[at] = chance.randrange(256)


def set_number(content, at, chance):
    size = chance.choice((2, 4, 8))
    at -= at % size
    number = chance.choice((*NUMBERS, len(content), chance.randrange(1 << 32)))
    content[at : at + size] = (number % (1 << 8 * size)).to_bytes(size, chance.choice(ORDERS))


def add_to_number(content, at, chance):
    at -= at % 4
    number = int.from_bytes(content[at : at + 4], "little") + chance.randrange(-16, 17)
    content[at : at + 4] = (number % (1 << 32)).to_bytes(4, "little")


def cut_off(content, at, chance):
    del content[at:]


def take_out(content, at, chance):
    del content[at : at + chance.randrange(1, 256)]


def put_in(content, at, chance):
    content[at:at] = chance.randbytes(chance.randrange(1, 256))


def copy_block(content, at, chance):
    size = chance.randrange(1, 512)
    source = chance.randrange(len(content))
    content[at : at + size] = content[source : source + size]


def fill(content, at, chance):
    size = chance.randrange(1, 512)
    content[at : at + size] = chance.choice((b"\0", b"\xff", b"A")) * size


ORDERS = ("little", "big")
DAMAGES = (flip_bit, flip_bit, set_byte, set_byte, set_number, set_number, set_number,
           add_to_number, add_to_number, cut_off, take_out, put_in, copy_block, fill)  # fmt: skip


if __name__ == "__main__":
    main()
