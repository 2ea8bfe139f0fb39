"""What a distribution says of itself in its metadata, and what of that can't be right."""

from __future__ import annotations

from collections.abc import Iterator
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from importlib.metadata import Distribution
from pathlib import Path

from gilext.auditing.results import Finding, Packaged
from gilext.auditing.rules.codes import finding
from gilext.core.report import printable

MAX_TAGS = 1000
MAX_TEXT_BYTES = 64 << 20


def packaged_of_wheel(
    file_name: str, metadata: bytes | None, wheel: bytes | None
) -> tuple[Packaged | None, list[Finding]]:
    """Return what a wheel says of itself.

    Parameters
    ----------
    file_name : str
        The name of the wheel, whose tags are those that an installer goes by.
    metadata, wheel : bytes or None
        Its METADATA and its WHEEL, if it has them.

    Returns
    -------
    packaged : Packaged or None
        None if neither the name nor METADATA says whose it is.
    findings : list of Finding
        What of all that isn't valid, or doesn't agree.
    """
    findings = [
        finding("GX125", f"The wheel has no {name} in its dist-info folder.")
        for name, content in (("METADATA", metadata), ("WHEEL", wheel))
        if content is None
    ]
    named = _parsed_name(file_name, findings)
    packaged = packaged_of(metadata, wheel, findings)
    if named is None:
        return packaged, findings
    name, version, tags = named
    if packaged is None:
        return Packaged(name, version, None, tags, (), None), findings
    findings += _disagreements(named, packaged)
    return (
        Packaged(
            packaged.name, packaged.version, packaged.requires_python, tags,
            packaged.classifiers, packaged.root_is_purelib,
        ),
        findings,
    )  # fmt: skip


def packaged_of_distribution(distribution: Distribution) -> tuple[Packaged | None, list[Finding]]:
    """Return what an installed distribution says of itself, and what of that isn't valid."""
    findings: list[Finding] = []
    texts = (text_of(distribution, name) for name in ("METADATA", "PKG-INFO", "WHEEL"))
    metadata, pkg_info, wheel = (None if text is None else text.encode() for text in texts)
    return packaged_of(metadata or pkg_info, wheel, findings), findings


def name_of(distribution: Distribution) -> str:
    """Return the name of a distribution, or that of its folder if its metadata has none."""
    texts = (text_of(distribution, name) for name in ("METADATA", "PKG-INFO"))
    metadata = next(filter(None, texts), "")
    folder = getattr(distribution, "_path", None)
    return _field(_message(metadata.encode()), "Name") or printable(getattr(folder, "name", "?"))


def text_of(distribution: Distribution, name: str) -> str | None:
    """Return a text of a distribution's metadata: None if there is none, empty if it is no text.

    Parameters
    ----------
    distribution : importlib.metadata.Distribution
        Installed, or in a folder that anyone may have made.
    name : str
        ``"METADATA"``, ``"RECORD"``, …
    """
    folder = getattr(distribution, "_path", None)
    if isinstance(folder, Path) and not _is_to_be_read(folder / name):
        return None
    try:
        return distribution.read_text(name)
    except (OSError, ValueError):
        return ""


def _is_to_be_read(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_size <= MAX_TEXT_BYTES
    except OSError:
        return False


def packaged_of(
    metadata: bytes | None, wheel: bytes | None, findings: list[Finding]
) -> Packaged | None:
    """Return what METADATA and WHEEL say, and add to the findings what of them isn't valid.

    Parameters
    ----------
    metadata, wheel : bytes or None
        The two files; None if one isn't there.
    findings : list of Finding
        What is found is put here.

    Returns
    -------
    Packaged or None
        None without METADATA.
    """
    if metadata is None:
        return None
    said, build = _message(metadata), _message(wheel or b"")
    name, version = _field(said, "Name"), _field(said, "Version")
    requires = _field(said, "Requires-Python") or None
    findings += _invalid(name, version, requires)
    purelib = _field(build, "Root-Is-Purelib").lower()
    return Packaged(
        name or "?", version or "?", requires,
        tuple(sorted({printable(str(tag)) for tag in build.get_all("Tag", [])})[:MAX_TAGS]),
        tuple(printable(str(one)) for one in said.get_all("Classifier", [])),
        {"true": True, "false": False}.get(purelib),
    )  # fmt: skip


def _message(text: bytes) -> Message:
    try:
        return BytesParser(policy=compat32).parsebytes(text, headersonly=True)
    except (MessageError, ValueError):
        return Message()


def _field(message: Message, name: str) -> str:
    return printable(str(message.get(name) or "").strip())


def _invalid(name: str, version: str, requires: str | None) -> Iterator[Finding]:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.utils import InvalidName, canonicalize_name
    from packaging.version import InvalidVersion, Version

    try:
        canonicalize_name(name, validate=True)
    except InvalidName:
        yield finding("GX125", f"METADATA has the name {name!r}, which isn't valid.")
    try:
        Version(version)
    except InvalidVersion:
        yield finding("GX125", f"METADATA has the version {version!r}, which isn't valid.")
    try:
        SpecifierSet(requires or "")
    except InvalidSpecifier:
        yield finding("GX125", f"METADATA has Requires-Python: {requires!r}, which isn't valid.")


def _parsed_name(
    file_name: str, findings: list[Finding]
) -> tuple[str, str, tuple[str, ...]] | None:
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename
    from packaging.version import InvalidVersion

    try:
        name, version, _, tags = parse_wheel_filename(file_name)
    except (InvalidWheelFilename, InvalidVersion):
        findings.append(finding("GX125", f"{file_name!r} isn't a name that a wheel may have."))
        return None
    return str(name), str(version), tuple(sorted(map(str, tags))[:MAX_TAGS])


def _disagreements(
    named: tuple[str, str, tuple[str, ...]], packaged: Packaged
) -> Iterator[Finding]:
    from packaging.utils import canonicalize_name, canonicalize_version

    name, version, tags = named
    if canonicalize_name(packaged.name) != name:
        yield finding("GX124", f"The wheel is named {name!r}, and METADATA {packaged.name!r}.")
    if canonicalize_version(packaged.version) != canonicalize_version(version):
        yield finding(
            "GX124",
            f"The wheel is named as version {version!r}, and METADATA says {packaged.version!r}.",
        )
    if packaged.tags and set(packaged.tags) != set(tags):
        yield finding(
            "GX124",
            f"The wheel is named as {_listed(set(tags) - set(packaged.tags))}, "
            f"and WHEEL says {_listed(set(packaged.tags) - set(tags))}.",
        )


def _listed(tags: set[str]) -> str:
    return ", ".join(sorted(tags)[:3]) or "fewer tags"
