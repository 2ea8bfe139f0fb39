"""Recordings of several processes as files: any name can be saved, and pictures have groups."""

import json
import warnings
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from gilext.recording.holds import Hold
from gilext.recording.parts import Frame, HeldStack, StackSample, Stall
from gilext.render import lanes
from gilext.render.files import _KINDS

LONG = Hold(0.5, 0.25, 0)
NAMES = [f"x{suffix}" for suffix in _KINDS]
WAITS = {"wait_seconds": 0.2, "wait_error": 0.01}


def family(made_up, made_up_process, command=("python", "app.py"), name="worker", count=2):
    frame = Frame(name, 1, name)
    stall = Stall(LONG, (StackSample(0.25, (frame,)),))
    stacks = (HeldStack(0, (frame,), 0.2, 0.2, 1, 0.2),)
    root, *children = (
        made_up([Hold(0.1, 0.01, 1), LONG], [stall], ["MainThread", name], stacks=stacks, **WAITS,
                process=made_up_process(100 + i, *command, start_seconds=0.5 * i))
        for i in range(count)
    )  # fmt: skip
    return replace(root, children=tuple(children))


@pytest.mark.parametrize("name", NAMES)
def test_any_command_can_be_saved(made_up, made_up_process, tmp_path, name):
    if name.endswith((".png", ".svg")):
        pytest.importorskip("matplotlib")
    odd = "a\udc80$x_{$\n작업자\x00"
    whole = family(made_up, made_up_process, ("python", odd, odd), odd)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        whole.save(tmp_path / name)

    if name == "x.json":
        children = json.loads((tmp_path / name).read_bytes())["children"]
        assert children[0]["process"]["command"] == ["python", odd, odd]


def svg_texts(path):
    return [element.text for element in ET.parse(path).iter() if element.tag.endswith("}text")]


def test_picture_has_a_group_for_each_process(made_up, made_up_process, tmp_path):
    pytest.importorskip("matplotlib")
    whole = family(made_up, made_up_process)
    whole.save(tmp_path / "x.svg")
    whole.children[0].save(tmp_path / "one.svg")

    texts = svg_texts(tmp_path / "x.svg")
    assert [text for text in texts if text in ("100 app.py", "101 app.py", "MainThread")] == [
        "MainThread", "MainThread", "100 app.py", "101 app.py",
    ]  # fmt: skip
    assert "1.5" in " ".join(texts), "the axis doesn't reach to the end of the last process"
    assert "101 app.py" not in svg_texts(tmp_path / "one.svg")


def test_picture_of_many_processes_says_what_it_leaves_out(made_up, made_up_process, tmp_path):
    pytest.importorskip("matplotlib")
    count = lanes.MAX_LANES + 3
    family(made_up, made_up_process, count=count).save(tmp_path / "x.svg")

    texts = svg_texts(tmp_path / "x.svg")
    assert texts.count("MainThread") == lanes.MAX_LANES
    assert f"seconds; {count + 3} more threads aren't shown; 3 processes have none that is" in texts
