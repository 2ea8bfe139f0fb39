"""What a module declares about the GIL is read from its slots, on builds with a GIL as well."""

import sys
from types import ModuleType

import gilext._native
from gilext.course.slots import declares_gil_not_used


def test_declaration_is_read_from_the_slots():
    assert declares_gil_not_used(gilext._native) == (sys.version_info >= (3, 13))


def test_module_without_a_definition_declares_nothing():
    assert not declares_gil_not_used(ModuleType("plain"))
