"""Which interpreter an environment has, and how modules are asked there."""

import os
import shutil
import sys
import sysconfig
import venv
from importlib.machinery import EXTENSION_SUFFIXES

import pytest

from gilext.auditing.importing.declared import Wanted, declared_of
from gilext.auditing.importing.environments import UnusableEnvironment, interpreter_of


@pytest.fixture
def environment(tmp_path):
    folder = tmp_path / "environment"
    venv.create(folder, symlinks=True)
    return folder


@pytest.mark.slow
@pytest.mark.compiles
def test_modules_of_another_environment_are_asked_there(environment, declaring):
    site = next(environment.glob("lib/*/site-packages"))
    shutil.copytree(declaring / "pkg", site / "pkg")
    interpreter = interpreter_of(str(environment))
    assert interpreter.gilext_version is None

    wanted = [Wanted("pkg._rich"), Wanted("pytest")]
    rich, missing = (one for _, one in declared_of(wanted, interpreter=interpreter))

    assert (rich.state_bytes, rich.error) == (40, None)
    assert missing.error.startswith("there is no module 'pytest' ")  # it is here, and not there


def test_an_interpreter_is_known_by_its_own_path():
    found = interpreter_of(sys.executable)

    assert found.tag == sysconfig.get_config_var("SOABI")
    assert found.version == ".".join(map(str, sys.version_info[:3]))
    assert os.path.dirname(os.__file__) in found.paths
    assert found.suffixes == tuple(EXTENSION_SUFFIXES)


@pytest.mark.parametrize("name", ["none", "", "false"])
def test_what_is_no_interpreter_is_refused(tmp_path, name):
    (tmp_path / "false").symlink_to("/bin/false")

    with pytest.raises(UnusableEnvironment, match=r"there is no interpreter at|doesn't run as a"):
        interpreter_of(str(tmp_path / name))
