"""What a measurement depends on: interpreter, GIL, cores, and a container's limit."""

import errno
import json
import os
import re
import sys
from dataclasses import replace

import pytest

import gilext
from gilext.core import environment
from gilext.core.environment import (
    Environment,
    cpu_quota,
    environment_line,
    info,
    is_gil_enabled,
    usable_cores,
)
from gilext.core.reading import read


def control_group(root, membership, files):
    (root / "cgroup").write_text(membership)
    for name, text in files.items():
        path = root / "fs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return cpu_quota(root / "cgroup", root / "fs")


@pytest.mark.parametrize(
    ("membership", "files", "expected"),
    [
        ("0::/\n", {"cpu.max": "150000 100000\n"}, 1.5),
        ("0::/\n", {"cpu.max": "max 100000\n"}, None),
        ("0::/\n", {}, None),
        ("0::/a/b\n", {"a/b/cpu.max": "max 100000", "a/cpu.max": "50000 100000"}, 0.5),
        ("0::/a/b\n", {"a/b/cpu.max": "20000 100000", "a/cpu.max": "50000 100000"}, 0.2),
        (
            "3:memory:/x\n2:cpu,cpuacct:/a\n",
            {
                "cpu,cpuacct/a/cpu.cfs_quota_us": "200000",
                "cpu,cpuacct/a/cpu.cfs_period_us": "100000",
            },
            2.0,
        ),
        (
            "2:cpu:/a\n",
            {"cpu/a/cpu.cfs_quota_us": "-1", "cpu/a/cpu.cfs_period_us": "100000"},
            None,
        ),
        ("0::/\n", {"cpu.max": "nonsense"}, None),
    ],
    ids=["v2", "v2-max", "none", "v2-parent", "v2-tightest", "v1", "v1-max", "unreadable"],
)
def test_quota_of_the_control_group_is_read_in_cores(tmp_path, membership, files, expected):
    assert control_group(tmp_path, membership, files) == expected


def test_control_group_may_have_any_name(tmp_path):
    name = os.fsdecode(b"gil\xff")
    (tmp_path / "fs" / name).mkdir(parents=True)
    (tmp_path / "fs" / name / "cpu.max").write_text("150000 100000")
    (tmp_path / "cgroup").write_bytes(b"0::/gil\xff\n")

    assert cpu_quota(tmp_path / "cgroup", tmp_path / "fs") == 1.5


def test_quota_is_unknown_when_linux_does_not_tell_the_control_group(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(FileNotFoundError):
        cpu_quota(tmp_path / "missing", tmp_path)

    monkeypatch.setattr(sys, "platform", "darwin")
    assert cpu_quota(tmp_path / "missing", tmp_path) is None


@pytest.mark.parametrize(("quota", "expected"), [(None, 3.0), (0.5, 0.5), (8.0, 3.0)])
def test_usable_cores_are_the_affinity_within_the_quota(monkeypatch, quota, expected):
    monkeypatch.setattr(environment, "cpu_quota", lambda: quota)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 5}, raising=False)

    assert usable_cores() == (expected, None)


def test_usable_cores_are_all_cores_if_there_is_no_affinity(monkeypatch):
    monkeypatch.setattr(environment, "cpu_quota", lambda: None)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)

    assert usable_cores() == (6.0, None)


def refused(*_):
    raise PermissionError(errno.EPERM, "Operation not permitted")


def no_proc(*_):
    raise FileNotFoundError(errno.ENOENT, "No such file or directory", "/proc/self/cgroup")


@pytest.mark.parametrize(
    ("module", "name", "replacement", "reason"),
    [
        (os, "sched_getaffinity", refused, "reading the CPU affinity failed (Operation not permi"),
        (environment, "cpu_quota", no_proc, "reading /proc/self/cgroup failed (No such file or d"),
    ],
    ids=["affinity", "control group"],
)
def test_what_is_refused_is_unknown_and_a_sentence(monkeypatch, module, name, replacement, reason):
    monkeypatch.setattr(module, name, replacement, raising=False)

    here = info()

    assert here.usable_cores is None
    assert here.cores_unknown_reason.startswith(reason)
    assert f"an unknown number of {os.cpu_count()}" in str(here)
    assert f"How many cores may be used is unknown: {reason}" in " ".join(str(here).split())


def test_number_of_cores_may_be_unknown_altogether(monkeypatch):
    monkeypatch.setattr(environment, "cpu_quota", lambda: None)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)

    here = info()

    assert (here.cpu_count, here.usable_cores) == (None, None)
    assert "an unknown number of an unknown number" not in str(here)
    assert "the system doesn't tell" in str(here)


@pytest.mark.parametrize(
    ("build", "enabled", "words"),
    [
        (False, True, "with a GIL"),
        (True, False, "free-threaded, no GIL"),
        (True, True, "free-threaded build, GIL switched on"),
    ],
)
def test_one_line_says_whether_there_is_a_gil(build, enabled, words):
    here = replace(
        info(), free_threaded_build=build, gil_enabled=enabled, gil_asked_by=None,
        gil_modules=None, implementation="X",
    )  # fmt: skip

    assert words in str(here)
    assert environment_line(here).startswith(f"X {here.python_version}, {words}, ")


@pytest.mark.parametrize(
    ("fields", "words", "note"),
    [
        ({"gil_asked_by": "PYTHON_GIL=1"}, "by PYTHON_GIL=1", None),
        ({"gil_modules": ("a._b",)}, "for a._b", "declare Py_MOD_GIL_NOT_USED: a._b. `gilext info"),
        (
            {"gil_modules": ("a._b", "c", "d", "e")},
            "for a._b and 3 more",
            "declare Py_MOD_GIL_NOT_USED: a._b, c, d and 1 more",
        ),
        ({"gil_modules": ()}, "on", "no module that is loaded explains it"),
        ({}, "on", None),
    ],
    ids=["asked", "one", "several", "unexplained", "unknown"],
)
def test_a_gil_that_came_back_has_a_reason(fields, words, note):
    unknown = {"gil_asked_by": None, "gil_modules": None, "cores_unknown_reason": None}
    here = replace(info(), free_threaded_build=True, gil_enabled=True, **(unknown | fields))

    assert f", free-threaded build, GIL switched {words if words == 'on' else 'on ' + words}, " in (
        environment_line(here)
    )
    assert [note in said for said in here.report().notes] == ([] if note is None else [True])
    assert read(Environment, json.loads(json.dumps(here.to_dict()))) == here


def test_what_recordings_of_before_say_is_read():
    said = info().to_dict()
    del said["gil_asked_by"], said["gil_modules"]

    assert read(Environment, json.loads(json.dumps(said))).gil_modules is None


@pytest.mark.without_gil
@pytest.mark.compiles
def test_the_module_that_brought_the_gil_back_is_named(declaring, run_child):
    def line_of(*modules, **variables):
        environment = {
            "PYTHON_GIL": None,
            "PYTHONPATH": os.pathsep.join([str(declaring), *sys.path]),
        }
        child = run_child("environment_after_imports.py", *modules, **(environment | variables))
        return child.stdout

    assert ", free-threaded, no GIL, " in line_of("pkg._good")
    back = line_of("pkg._good", "nested", "pkg._bad")
    assert ", free-threaded build, GIL switched on for pkg._used and 1 more, " in back
    assert "`gilext info --imports pkg`" in back
    assert re.search("^check: .* declare Py_MOD_GIL_NOT_USED: pkg._used, pkg._bad", back, re.M)
    asked = line_of("pkg._used", PYTHON_GIL="1")
    assert ", GIL switched on by PYTHON_GIL=1, " in asked
    assert "--imports" not in asked


def test_gil_is_enabled_where_nothing_says_otherwise(monkeypatch):
    monkeypatch.delattr(sys, "_is_gil_enabled", raising=False)

    assert is_gil_enabled()


def test_gil_state_is_the_interpreters_own_word(monkeypatch):
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)

    assert not is_gil_enabled()


def test_info_names_the_interpreter():
    here = info()

    assert here.gilext_version == gilext.__version__
    assert here.python_version.split(".")[:2] == [str(part) for part in sys.version_info[:2]]
    assert here.switch_interval_seconds == sys.getswitchinterval()
    assert 0 < here.usable_cores <= here.cpu_count
    assert here.cores_unknown_reason is None
