"""What a distribution says of itself is read; what of that can't be right is a finding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gilext.auditing.results import Packaged
from gilext.auditing.targets.metadata import packaged_of, packaged_of_wheel

NAME = "my_thing-1.0-cp39-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
TAGS = ("cp39-abi3-manylinux2014_x86_64", "cp39-abi3-manylinux_2_17_x86_64")
METADATA = b"""\
Metadata-Version: 2.1
Name: My.Thing
Version: 1.0.0
Requires-Python: >=3.9
Classifier: Programming Language :: C
Classifier: Programming Language :: Python :: 3

Name: not this
"""
WHEEL = b"Wheel-Version: 1.0\nRoot-Is-Purelib: False\n" + b"".join(
    f"Tag: {tag}\n".encode() for tag in TAGS
)


def test_a_wheel_says_what_it_is():
    packaged, findings = packaged_of_wheel(NAME, METADATA, WHEEL)

    assert packaged == Packaged(
        "My.Thing", "1.0.0", ">=3.9", TAGS,
        ("Programming Language :: C", "Programming Language :: Python :: 3"), False,
    )  # fmt: skip
    assert findings == []


@pytest.mark.parametrize(
    ("metadata", "wheel", "codes", "words"),
    [
        (None, WHEEL, ["GX125"], "no METADATA"),
        (METADATA, None, ["GX125"], "no WHEEL"),
        (METADATA.replace(b"My.Thing", b"-"), WHEEL, ["GX124", "GX125"], "name '-'"),
        (METADATA.replace(b"1.0.0", b"one"), WHEEL, ["GX124", "GX125"], "version 'one'"),
        (METADATA.replace(b">=3.9", b"three"), WHEEL, ["GX125"], "Requires-Python: 'three'"),
        (METADATA.replace(b"Thing", b"Other"), WHEEL, ["GX124"], "METADATA 'My.Other'"),
        (METADATA.replace(b"1.0.0", b"1.1"), WHEEL, ["GX124"], "METADATA says '1.1'"),
        (METADATA, WHEEL.replace(b"cp39", b"cp310"), ["GX124"], "WHEEL says cp310-abi3"),
        (b"\xff\xfe\0", WHEEL, ["GX124", "GX124", "GX125", "GX125"], "isn't valid"),
    ],
)
def test_what_is_wrong_is_a_finding(metadata, wheel, codes, words):
    _, findings = packaged_of_wheel(NAME, metadata, wheel)

    assert sorted(one.code for one in findings) == codes
    assert any(words in one.message for one in findings)


def test_a_name_that_no_wheel_may_have_is_a_finding_and_the_metadata_counts():
    packaged, (found,) = packaged_of_wheel("renamed.whl", METADATA, WHEEL)

    assert packaged.tags == TAGS
    assert found.code == "GX125" and "renamed.whl" in found.message


def test_a_wheel_without_metadata_is_what_its_name_says():
    packaged, _ = packaged_of_wheel(NAME, None, None)

    assert (packaged.name, packaged.version, packaged.tags) == ("my-thing", "1.0", TAGS)


def test_without_either_nothing_is_known():
    assert packaged_of_wheel("renamed.whl", None, None)[0] is None


def test_a_name_with_many_tags_has_no_more_than_anyone_needs():
    names = ".".join(f"cp{index}" for index in range(100))
    packaged, _ = packaged_of_wheel(f"a-1-{names}-{names}-any.whl", None, None)

    assert len(packaged.tags) <= 1000


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_no_metadata_crashes(metadata, wheel):
    findings = []
    packaged = packaged_of(b"Name: a\n" + metadata, wheel, findings)

    assert packaged.name.isprintable()
    assert all(one.message.isprintable() for one in findings)
