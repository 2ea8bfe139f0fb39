"""Two greenlets that take turns, deep in calls of their own: no stack is of both."""

import json
import sys
import time

from greenlet import greenlet

from gilext import watch

SWITCHES = int(sys.argv[1])
TRIES = 5
NUMBERS = list(range(300))


class Sides:
    """Two sides that call each other, each measuring what it does itself."""

    def __init__(self):
        self.spent = {"left": 0.0, "right": 0.0}
        self.turns = 0
        self.left = greenlet(lambda: self.left_deep(61))
        self.right = greenlet(lambda: self.right_deep(41))

    def left_deep(self, depth):
        return self.left_deep(depth - 1) if depth else self.take_turns("left", self.right, spin)

    def right_deep(self, depth):
        return self.right_deep(depth - 1) if depth else self.take_turns("right", self.left, dump)

    def take_turns(self, side, other, work):
        while self.turns < SWITCHES:
            self.turns += 1
            start = time.perf_counter()
            work()
            self.spent[side] += time.perf_counter() - start
            other.switch()


def spin():
    total = 0
    for number in range(700):
        total += number


def dump():
    json.dumps(NUMBERS)


def is_right(sides, recording):
    """Check every stack; return whether the shares are those that the sides measured."""
    held = {"left": 0.0, "right": 0.0}
    for stack in recording.stacks:
        names = [frame.function.removeprefix("Sides.") for frame in stack.frames]
        depths = {side: names.count(f"{side}_deep") for side in held}
        assert not all(depths.values()), names
        if "take_turns" in names:
            side = max(held, key=lambda side: depths[side])
            assert depths[side] == {"left": 62, "right": 42}[side], names
            assert {"spin": "left", "dump": "right"}.get(names[0], side) == side, names
            held[side] += stack.held_seconds
    measured = sides.spent["left"] / sum(sides.spent.values())
    seen = held["left"] / sum(held.values()) if any(held.values()) else -1.0
    return abs(seen - measured) < 0.15


for _ in range(TRIES):
    sides = Sides()
    with watch(interval=0.0001) as watching:
        sides.left.switch()
    if is_right(sides, watching.recording):
        print("right")
        break
