"""What the C compiler is given, for each library and each test that this code goes into."""

import sys

if sys.platform == "win32":
    COMPILE_ARGS = ["/std:c11"]
    LINK_ARGS = []
else:
    # Aligned alike, a loop takes the same time in every library: unaligned, the same machine
    # code of count_primes took 2 % longer here than in a plain program.
    COMPILE_ARGS = [
        "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-fvisibility=hidden",
        "-falign-functions=64", "-pthread",
    ]  # fmt: skip
    LINK_ARGS = ["-pthread", "-lm"]
