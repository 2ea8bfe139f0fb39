"""What a call costs that does nothing, held and released, beside a built-in's.

Run ``python benchmarks/call_cost.py`` (``--fast`` for a quick look). pyperf times each in
processes of its own; the last lines say what releasing adds, here and in an empty function.
"""

import os
import tempfile
from pathlib import Path

import pyperf
from setuptools import Distribution, Extension

CALLS = {
    "spin_held(0)": "from gilext import spin_held as f",
    "math.gcd(3, 4)": "from math import gcd as f",
    "spin_released(0)": "from gilext import spin_released as f",
    "empty function": "from bare_pair import without_pair as f",
    "empty function with the pair": "from bare_pair import with_pair as f",
}


def build_bare_pair(folder):
    source = str(Path(__file__).with_name("bare_pair.c"))
    distribution = Distribution({"ext_modules": [Extension("bare_pair", [source])]})
    command = distribution.get_command_obj("build_ext")
    command.build_lib = command.build_temp = folder
    command.ensure_finalized()
    command.run()


def main():
    runner = pyperf.Runner()
    arguments = runner.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if not arguments.worker:
            build_bare_pair(folder)
            os.environ["PYTHONPATH"] = folder
            arguments.output = str(Path(folder) / "results.json")
        for name, setup in CALLS.items():
            runner.timeit(name, "f(3, 4)" if "gcd" in name else "f(0)", setup=setup)
        if not arguments.worker:
            report(pyperf.BenchmarkSuite.load(arguments.output))


def report(suite):
    ns = {benchmark.get_name(): benchmark.median() * 1e9 for benchmark in suite}
    ratio = ns["spin_held(0)"] / ns["math.gcd(3, 4)"]
    adds = ns["spin_released(0)"] - ns["spin_held(0)"]
    pair = ns["empty function with the pair"] - ns["empty function"]
    print(f"spin_held(0) costs {ratio:.2f} times what math.gcd(3, 4) costs")
    print(f"releasing adds {adds:.1f} ns to spin(0), {pair:.1f} ns to an empty function")


if __name__ == "__main__":
    main()
