"""Take the normal way out and the early one: python use.py mistake|repair."""

import sys
from importlib import import_module

module = import_module(sys.argv[1])

print("the product without a zero:", module.product_of(bytes([1, 2, 3])))
print("the product with a zero:", module.product_of(bytes([1, 0, 3])))
