"""Build and run the mistakes and their repairs, and keep how they ended: the pages show these runs.

``python docs/record_mistakes.py`` runs all of them with the interpreter that runs it, in about a
minute; names choose some. Other interpreters' runs are kept: run it with each of them.
"""

import argparse
import datetime
import json
import sysconfig
from pathlib import Path

import gilext
from gilext.course.pairs.mistake import mistakes
from gilext.course.pairs.pair import in_words, run_pair

PATH = Path(__file__).parent / "results" / "mistakes.json"


def run_of(pair):
    """Return how a pair ended, and what the tools said."""
    return {
        "short": pair.short_end,
        "mistake": pair.mistake_in_words,
        "repair": in_words(pair.repair),
        "said": {
            one.tool: [one.of_mistake, one.of_repair]
            for one in pair.findings
            if one.as_described is not None
        },
    }


def label_of(environment):
    """Return an interpreter's version, and whether its build is free-threaded."""
    threaded = " free-threaded" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    return environment.python_version + threaded


def main():
    """Run what was asked for."""
    known = mistakes()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*known, []])
    names = parser.parse_args().names or list(known)
    kept = json.loads(PATH.read_text(encoding="utf-8")) if PATH.exists() else {}
    environment = gilext.info()
    label = label_of(environment)
    of_this_one = kept.setdefault(label, {"runs": {}})
    of_this_one["date"] = datetime.date.today().isoformat()
    of_this_one["system"] = environment.system
    for name in names:
        pair = run_pair(known[name])
        if not pair.as_described or pair.repair.how != "ended":
            raise SystemExit(f"{pair}\nthis isn't as described, and isn't kept")
        of_this_one["runs"][name] = run_of(pair)
        print(label, name)
    ordered = {one: kept[one] for one in sorted(kept, key=version_of)}
    for one in ordered.values():
        one["runs"] = {name: one["runs"][name] for name in known if name in one["runs"]}
    text = json.dumps(ordered, indent=1, ensure_ascii=False)
    PATH.write_text(text + "\n", encoding="utf-8")


def version_of(label):
    """Return what labels are sorted by."""
    version, _, build = label.partition(" ")
    return build, [int(part) if part.isdigit() else 0 for part in version.split(".")]


if __name__ == "__main__":
    main()
