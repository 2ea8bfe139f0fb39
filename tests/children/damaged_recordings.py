"""Damage recordings in many ways and read them: what comes is a recording, or a ValueError."""

import random
import sys
from collections.abc import Callable
from pathlib import Path

from figures import check_figures

from gilext.recording.files import recording_in

_, folder, times, seed = sys.argv
chance = random.Random(int(seed))


def cut_short(content: bytearray) -> None:
    del content[chance.randrange(len(content)) :]


def change_bytes(content: bytearray) -> None:
    for _ in range(chance.choice((1, 3, 30))):
        content[chance.randrange(len(content))] = chance.randrange(256)


def change_numbers(content: bytearray) -> None:
    """Change some of those that aren't 0, of which there are few."""
    for _ in range(chance.choice((1, 3))):
        size = chance.choice((4, 8))
        places = range(0, len(content) - size, size)
        used = [place for place in chance.sample(places, 200) if any(content[place : place + size])]
        number = chance.choice(
            (0, 1, 2, len(content), 2**31 - 1, 2**32 - 1, 2**63, 2**64 - 1, chance.getrandbits(64))
        )
        for place in used[:1]:
            content[place : place + size] = number.to_bytes(8, "little")[:size]


WAYS: tuple[Callable[[bytearray], None], ...] = (cut_short, change_bytes, change_numbers)
damaged = Path(folder, "damaged.gilext")
read = refused = 0
for name in ("ended.gilext", "killed.gilext"):
    whole = Path(folder, name).read_bytes()
    for _ in range(int(times)):
        content = bytearray(whole)
        chance.choice(WAYS)(content)
        damaged.write_bytes(content)
        try:
            recording = recording_in(damaged)
        except ValueError:
            refused += 1
        else:
            read += 1
            check_figures(recording)
print(read, refused)
