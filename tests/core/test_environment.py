"""What a measurement depends on: interpreter, GIL, cores, and a container's limit."""

import os
import sys

import pytest

import gilext
from gilext.core import environment
from gilext.core.environment import cpu_quota, info, is_gil_enabled, usable_cores


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


def test_no_control_group_is_no_quota(tmp_path):
    assert cpu_quota(tmp_path / "missing", tmp_path) is None


@pytest.mark.parametrize(("quota", "expected"), [(None, 3.0), (0.5, 0.5), (8.0, 3.0)])
def test_usable_cores_are_the_affinity_within_the_quota(monkeypatch, quota, expected):
    monkeypatch.setattr(environment, "cpu_quota", lambda: quota)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 5}, raising=False)

    assert usable_cores() == expected


def test_usable_cores_are_all_cores_where_there_is_no_affinity(monkeypatch):
    monkeypatch.setattr(environment, "cpu_quota", lambda: None)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)

    assert usable_cores() == 6.0


def test_gil_is_enabled_where_nothing_says_otherwise(monkeypatch):
    monkeypatch.delattr(sys, "_is_gil_enabled", raising=False)

    assert is_gil_enabled()


def test_gil_state_is_the_interpreters_own_word(monkeypatch):
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)

    assert not is_gil_enabled()


def test_info_names_the_interpreter_and_the_bindings():
    here = info()

    assert here.gilext_version == gilext.__version__
    assert here.python_version.split(".")[:2] == [str(part) for part in sys.version_info[:2]]
    assert here.bindings == tuple(binding.name for binding in gilext.loop("spin").bindings)
    assert here.switch_interval_seconds == sys.getswitchinterval()
    assert 0 < here.usable_cores <= here.cpu_count


def test_binding_whose_module_is_missing_is_not_named(monkeypatch):
    find = environment.find_spec
    monkeypatch.setattr(
        environment, "find_spec", lambda name: None if name == "cffi" else find(name)
    )

    assert "cffi_abi" not in info().bindings
    assert "cffi_api" in info().bindings
