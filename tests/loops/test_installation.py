"""What is installed: the bindings whose modules are at hand."""

import gilext
from gilext.core.environment import Environment
from gilext.loops import installation


def test_info_is_an_environment_with_the_bindings():
    here = gilext.info()

    assert isinstance(here, Environment)
    assert here.bindings == tuple(binding.name for binding in gilext.loop("spin").bindings)
    assert "cffi_api" in str(here)
    assert str(here).startswith(str(installation.environment.info()))


def test_binding_whose_module_is_missing_is_not_named(monkeypatch):
    find = installation.find_spec
    monkeypatch.setattr(
        installation, "find_spec", lambda name: None if name == "cffi" else find(name)
    )

    assert "cffi_abi" not in gilext.info().bindings
    assert "cffi_api" in gilext.info().bindings
