"""Append to a bytearray that either module has read: python use.py mistake|repair."""

import sys
from importlib import import_module

module = import_module(sys.argv[1])
data = bytearray(b"abc")

print("the parity is", module.parity(data))
data.append(0)
print("the bytearray has", len(data), "bytes now")
