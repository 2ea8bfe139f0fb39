"""Compare the references that all objects are said to have to each other with their counts."""

import decimal
import email.message
import gc
import logging
import unittest
from array import array

from gilext._native import Census

IMPORTED = (decimal, email.message, logging, unittest)

census = Census()
holders = gc.get_objects()
census.add(holders)
counts, found = array("q", bytes(8 * len(census))), array("q", bytes(8 * len(census)))
census.counts(counts)
census.references_from(holders, found)
# Interned strings don't count the references of the dict that they are in.
wrong = [
    (census[place], count, references)
    for place, (count, references) in enumerate(zip(counts, found, strict=True))
    if references > count and not isinstance(census[place], str)
]
assert not wrong, wrong[:5]
assert sum(found) > len(census)
print("no more than there are")
