"""Run the lessons, and keep what they say: the pages show these runs and no others.

``python docs/record.py`` runs all of them, in about two minutes; names choose some, and
``--other PATH`` names an interpreter for the lesson that compares them. Run it on a quiet machine.
"""

import argparse
import datetime
import json
import runpy
from dataclasses import replace
from pathlib import Path

import gilext
from gilext.core.layout import plain_text
from gilext.lab import EXPERIMENTS
from gilext.lab.other_interpreters import ask_interpreters
from gilext.lab.web_server import serve_before_and_after

RESULTS = Path(__file__).parent / "results"
BINDINGS = Path(__file__).parent.parent / "examples" / "bindings" / "compare.py"
WIDTH = 92
RECORDING = "recording"


def write(name, command, result):
    """Keep one run: the command that makes it, what it shows, and its data."""
    kept = {
        "command": command,
        "date": datetime.date.today().isoformat(),
        "environment": gilext.info().to_dict(),
        "text": plain_text(result.report(), WIDTH),
        "result": result.to_dict(),
    }
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(path)


def record_a_program():
    """Keep the recording of a program: the server of the last lesson."""
    with gilext.watch(stalls=0.01) as watched:
        serve_before_and_after(30)
    write(RECORDING, "python docs/record.py recording", with_short_paths(watched.recording))


def with_short_paths(recording):
    """Return a recording whose files are named as the package has them, not this machine."""
    roots = [
        Path(gilext.__file__).parents[1],
        Path(__file__).parents[1],
        Path(json.__file__).parents[1],
    ]

    def short(frame):
        file = frame.file
        for root in roots:
            file = file.removeprefix(f"{root}/")
        return replace(frame, file=file)

    def of_sample(sample):
        return replace(sample, frames=tuple(map(short, sample.frames)))

    return replace(
        recording,
        stalls=tuple(
            replace(stall, stacks=tuple(map(of_sample, stall.stacks))) for stall in recording.stalls
        ),
    )


def run(name, others):
    """Return the command of a lesson, and its result."""
    if name == "other_interpreters":
        return f"gilext lab {name}", ask_interpreters(others)
    if name == "bindings":
        lesson, _ = runpy.run_path(str(BINDINGS))["measure"]()
        return "python examples/bindings/compare.py", lesson
    return f"gilext lab {name}", EXPERIMENTS[name].run()


def main():
    """Record what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*EXPERIMENTS, RECORDING, []])
    parser.add_argument("--other", action="append", default=[], metavar="PATH")
    arguments = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    for name in arguments.names or EXPERIMENTS:
        if name in EXPERIMENTS:
            write(name, *run(name, arguments.other))
    if not arguments.names or RECORDING in arguments.names:
        record_a_program()


if __name__ == "__main__":
    main()
