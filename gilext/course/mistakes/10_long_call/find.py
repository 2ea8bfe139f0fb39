"""Ask gilext whether the function releases the GIL: python find.py mistake|repair."""

import sys
from importlib import import_module

import gilext

checkup = gilext.check(import_module(sys.argv[1]).primes_below, 100_000)
print(f"verdict: {checkup.verdict}, holds the GIL for {checkup.held_fraction:.1%} of its time")
