"""Whether the loops are as fast inside the module as in a plain C program.

Run ``python benchmarks/plain_c.py`` in the source tree. The program is compiled with the flags
of the extension; module and program take turns, and the ratio is the median of 41 pairs.
"""

import os
import shlex
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter_ns

import gilext

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "csrc"))

SIZES = {"spin": 40_000_000, "count_primes": 60_000_000, "checksum": 40_000_000}
PAIRS = 41


def build(target):
    os.chdir(ROOT)
    from compiler_args import COMPILE_ARGS, LINK_ARGS

    variable = sysconfig.get_config_var
    command = [
        *shlex.split(variable("CC")),
        *shlex.split(variable("CFLAGS")),
        *shlex.split(variable("CCSHARED") or ""),
        *COMPILE_ARGS,
        "-Icsrc",
        "benchmarks/plain_c.c",
        "csrc/loops/loops.c",
        "-o",
        target,
        *LINK_ARGS,
    ]
    subprocess.run(command, check=True)
    print(shlex.join(command[:-4]))


def nanoseconds_in_module(loop, size):
    argument = loop.argument(size)
    start = perf_counter_ns()
    result = loop.held(argument)
    return perf_counter_ns() - start, result


def nanoseconds_in_program(program, loop, size):
    program.stdin.write(f"{loop.name} {size}\n")
    program.stdin.flush()
    return tuple(map(int, program.stdout.readline().split()))


def main():
    with tempfile.TemporaryDirectory() as folder:
        target = str(Path(folder) / "plain_c")
        build(target)
        program = subprocess.Popen(
            [target], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        with program:
            for name, size in SIZES.items():
                loop = gilext.loop(name)
                ratios = []
                for _ in range(PAIRS):
                    inside, result = nanoseconds_in_module(loop, size)
                    outside, same_result = nanoseconds_in_program(program, loop, size)
                    assert result == same_result
                    ratios.append(inside / outside)
                quartiles = sorted(ratios)[PAIRS // 4], sorted(ratios)[3 * PAIRS // 4]
                print(
                    f"{name:14} module / program {median(ratios):.3f} "
                    f"(middle half {quartiles[0]:.3f} to {quartiles[1]:.3f})"
                )
            program.stdin.close()


if __name__ == "__main__":
    main()
