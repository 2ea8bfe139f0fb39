"""Run the lessons, and keep what they say: the pages show these runs and no others.

``python docs/record.py`` runs all of them, in about two minutes; names choose some, and
``--other PATH`` names an interpreter for the lessons that compare them. ``stops`` needs a build
without a GIL, and is left out on others. ``gil_table_stdlib`` and ``gil_table_numpy`` take two
minutes each, the latter with numpy, and run only if they are named. Run it on a quiet machine.
"""

import argparse
import datetime
import json
import runpy
import subprocess
import sys
import tempfile
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import gilext
from gilext.auditing.tables.cases import load_cases
from gilext.auditing.tables.observing import observe_cases
from gilext.core.layout import plain_text
from gilext.lab import EXPERIMENTS
from gilext.lab.byte_code import find_switch_points
from gilext.lab.lesson import Lesson, until_shown
from gilext.lab.other_interpreters import ask_interpreters
from gilext.lab.web_server import serve_before_and_after
from gilext.lab.without_gil import price_of_no_gil

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results"
BINDINGS = ROOT / "examples" / "bindings" / "compare.py"
WIDTH = 92
ASK_OTHERS = {
    "byte_code": find_switch_points,
    "other_interpreters": ask_interpreters,
    "without_gil": price_of_no_gil,
}
RECORDING, WORKERS, STOPS = "recording", "workers", "stops"
TABLES = {f"gil_table_{name}": name for name in ("stdlib", "numpy")}


def write(name, command, result, indent=1):
    """Keep one run: the command that makes it, what it shows, and its data."""
    kept = {
        "command": command,
        "date": datetime.date.today().isoformat(),
        "environment": gilext.info().to_dict(),
        "text": plain_text(result.report(), WIDTH),
        "result": result.to_dict(),
    }
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(kept, indent=indent, ensure_ascii=False) + "\n", encoding="utf-8")
    print(path)


def record_a_program():
    """Keep the recording of a program: the server of the last lesson."""
    with gilext.watch(stalls=0.01) as watched:
        serve_before_and_after(100)
    recording = with_short_paths(watched.recording)
    write(RECORDING, "python docs/record.py recording", recording, indent=None)


def record_several_processes():
    """Keep the recording of a pool of processes, with samples that lie far enough apart."""
    program = "examples/watched/workers.py"
    recording = recording_of_program(program, "--children", "--interval", "0.001")
    children = tuple(map(with_short_paths, recording.children))
    whole = replace(with_short_paths(recording), children=children)
    write(WORKERS, f"gilext watch --children {program}", whole, indent=None)


def record_stops_of_the_world():
    """Keep the recording of a program whose collections wait for a thread that parses."""
    program = "examples/watched/stops.py"
    recording = with_short_paths(recording_of_program(program, "--interval", "0.001"))
    write(STOPS, f"gilext watch {program}", recording, indent=None)


def make_gil_table(name):
    """Keep the GIL table of a library, whose cases are an example."""
    path = RESULTS / "gil_tables" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    observe_cases(load_cases(ROOT / "examples" / "gil_table" / f"{name}.toml")).save(path)
    print(path)


def recording_of_program(program, *options):
    """Watch a program with this interpreter, and return its recording."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "x.json"
        command = (sys.executable, "-m", "gilext", "watch", *options, "-o", str(file), program)
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        return gilext.load_recording(file)


def with_short_paths(recording):
    """Return a recording whose files are named as they are anywhere, not as on this machine."""
    library = Path(json.__file__).parents[1]
    folders = {
        Path(gilext.__file__).parents[1]: "",
        ROOT: "",
        library: f"/usr/lib/{library.name}/",
    }

    def short(frame):
        for folder, name in folders.items():
            if frame.file.startswith(f"{folder}/"):
                return replace(frame, file=name + frame.file.removeprefix(f"{folder}/"))
        return frame

    def of(part):
        return replace(part, frames=tuple(map(short, part.frames)))

    process = recording.process
    if process is not None:
        process = replace(process, command=("python", *process.command[1:]))
    return replace(
        recording,
        process=process,
        stacks=tuple(map(of, recording.stacks)),
        stalls=tuple(
            replace(
                stall, stacks=joined(map(of, stall.stacks)), victims=tuple(map(of, stall.victims))
            )
            for stall in recording.stalls
        ),
        pauses=tuple(
            replace(of(pause), waited_for=tuple(map(of, pause.waited_for)))
            for pause in recording.pauses
        ),
    )


def joined(stacks):
    """Return the stacks of a stall, those that are the same one after the other as one."""
    alike = groupby(stacks, lambda stack: replace(stack, seconds=0.0))
    return tuple(
        replace(stack, seconds=sum(one.seconds for one in group)) for stack, group in alike
    )


def run(name, others):
    """Return the command of a lesson, and its result, which shows what the lesson is about."""
    command = f"gilext lab {name}"
    if name == "bindings":
        command = "python examples/bindings/compare.py"
        result, _ = runpy.run_path(str(BINDINGS))["measure"]()
    elif name in ASK_OTHERS:
        result = until_shown(lambda: ASK_OTHERS[name](others), seconds=60)
    else:
        result = until_shown(EXPERIMENTS[name].run, seconds=60)
    if isinstance(result, Lesson) and result.shown is False:
        sys.exit(f"{name} didn't show its effect in {result.attempts} tries, so it isn't kept")
    return command, result


def main():
    """Record what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names", nargs="*", choices=[*EXPERIMENTS, RECORDING, WORKERS, STOPS, *TABLES, []]
    )
    parser.add_argument("--other", action="append", default=[], metavar="PATH")
    arguments = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    for name in arguments.names or EXPERIMENTS:
        if name in EXPERIMENTS:
            write(name, *run(name, arguments.other))
    if not arguments.names or RECORDING in arguments.names:
        record_a_program()
    if not arguments.names or WORKERS in arguments.names:
        record_several_processes()
    if STOPS in arguments.names or (not arguments.names and not gilext.info().gil_enabled):
        record_stops_of_the_world()
    for name, library in TABLES.items():
        if name in arguments.names:
            make_gil_table(library)


if __name__ == "__main__":
    main()
