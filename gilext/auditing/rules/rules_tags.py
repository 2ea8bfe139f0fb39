"""Rules on the tags of a wheel, against its files and what these were built for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from gilext.auditing.results import Finding, ModuleAudit, PackageAudit
from gilext.auditing.rules.codes import finding
from gilext.auditing.rules.rules_modules import named
from gilext.auditing.targets.binary_names import abi_of_name
from gilext.auditing.targets.tags import Tag, fits, minor_of, parsed

_FORMS = {
    "manylinux": "ELF", "musllinux": "ELF", "linux": "ELF", "android": "ELF",
    "macosx": "Mach-O", "ios": "Mach-O", "win": "PE", "win32": "PE",
}  # fmt: skip
_SAME_MACHINE = {
    "amd64": "x86_64", "arm64": "aarch64", "i386": "x86", "i686": "x86", "win32": "x86",
    "armv7l": "arm", "arm32": "arm", "armv8l": "arm",
}  # fmt: skip
_MACHINES = {"x86_64", "aarch64", "x86", "arm", "ppc64le", "s390x", "riscv64"}


def names_against_tags(audit: PackageAudit) -> Iterator[Finding]:
    """GX111: no file of a module has a name that the wheel's interpreters look for.

    What a wheel for any platform holds is of use on one, if at all: see GX122.
    """
    tags = [one for one in _tags(audit) if one.platform != "any" and one.interpreter[:3] != "py2"]
    for modules in _by_name(audit).values():
        abis = [abi_of_name(module.path) for module in modules]
        tag = next((one for one in tags if not _is_found(abis, one)), None)
        if tag is not None:
            which = "no such CPython" if len(tag.minors) == 1 else "not each CPython of that"
            yield finding(
                "GX111",
                f"The wheel is for {tag.interpreter}-{tag.abi}, and {which} looks for "
                f"{modules[0].path.rpartition('/')[2]}.",
                modules[0].path,
            )


def _is_found(abis: list[str | None], tag: Tag) -> bool:
    """Return whether an interpreter that a tag is for finds one of the files of a module."""
    if tag.abi == "none":
        return len(abis) > 1 or abis[0] is None or minor_of(abis[0]) is None
    return any(abi is None or abi.endswith("d") or fits(abi, tag) for abi in abis)


def builds_against_tags(audit: PackageAudit) -> Iterator[Finding]:
    """GX112: the name says nothing, or the stable ABI, and the build is for one CPython."""
    for modules in _by_name(audit).values():
        if len(modules) > 1 or (capable := modules[0].capable) is None:
            continue
        abi, path = capable.built_for, modules[0].path
        if abi is None or abi == abi_of_name(path):
            continue
        tag = next((one for one in _tags(audit) if not fits(abi, one)), None)
        if tag is not None:
            yield finding(
                "GX112",
                f"The wheel is for {tag.interpreter}-{tag.abi}, and {path} was built for {abi}.",
                path,
            )


def platforms_against_tags(audit: PackageAudit) -> Iterator[Finding]:
    """GX113: the wheel's platform is another than a module's."""
    tags = {tag.platform for tag in _tags(audit)}
    for module in audit.modules:
        if not module.is_module or module.capable is None or "any" in tags:
            continue
        form, machines = module.capable.form, module.capable.machines
        if tags and not any(_runs_on(tag, form, set(machines)) for tag in tags):
            yield finding(
                "GX113",
                f"The wheel is for {named(sorted(tags))}, and {module.path} is {form} for "
                f"{', '.join(machines) or 'no processor'}.",
                module.path,
            )


def _runs_on(platform: str, form: str, machines: set[str]) -> bool:
    """Return whether a binary is for a platform, as far as its name is known here."""
    expected = _FORMS.get(platform.partition("_")[0].rstrip("0123456789")) or _FORMS.get(platform)
    if expected is None:
        return True
    wanted = _machines_of(platform)
    have = {_SAME_MACHINE.get(one, one) for one in map(str.lower, machines)}
    return expected == form and (not wanted or not have <= _MACHINES or wanted <= have)


def _machines_of(platform: str) -> set[str]:
    """Return the processors of a platform tag; empty if they aren't known here."""
    if platform.endswith("_universal2"):
        return {"x86_64", "aarch64"}
    names = _MACHINES | _SAME_MACHINE.keys()
    found = max((one for one in names if platform.endswith(one)), key=len, default=None)
    return {_SAME_MACHINE.get(found, found)} if found else set()


def beyond_the_stable_abi(audit: PackageAudit) -> Iterator[Finding]:
    """GX114: said to be of the stable ABI, and refers to what isn't.

    In a wheel for one CPython, that harms nobody.
    """
    tags = _tags(audit)
    if tags and all(len(tag.minors) == 1 for tag in tags):
        return
    for module in audit.modules:
        if module.capable is not None and module.capable.beyond_abi:
            yield finding(
                "GX114",
                f"{module.path} refers to {named(module.capable.beyond_abi)}, which "
                f"{'is' if len(module.capable.beyond_abi) == 1 else 'are'} not of the stable ABI.",
                module.path,
            )


def newer_than_the_stable_abi(audit: PackageAudit) -> Iterator[Finding]:
    """GX115: said to be for an older version of the stable ABI than what it refers to."""
    oldest = min(
        (tag.minor for tag in _tags(audit) if tag.abi == "abi3" and tag.minor is not None),
        default=None,
    )
    if oldest is None:
        return
    for module in audit.modules:
        since = module.capable.abi_since if module.capable is not None else ()
        newer = [f"{name} ({version})" for name, version in since if _minor(version) > oldest]
        if newer:
            yield finding(
                "GX115",
                f"The wheel is for CPython 3.{oldest}, and {module.path} refers to "
                f"{named(newer)}, newer in the stable ABI.",
                module.path,
            )


def _minor(version: str) -> int:
    return int(version.partition(".")[2])


def requires_python_against_tags(audit: PackageAudit) -> Iterator[Finding]:
    """GX121: no installer takes the wheel for an interpreter that its tag is for."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    requires = audit.packaged.requires_python if audit.packaged is not None else None
    try:
        versions = SpecifierSet(requires or "")
    except InvalidSpecifier:
        return
    for name, minors in sorted(
        {f"{tag.interpreter}-{tag.abi}": tag.minors for tag in _tags(audit)}.items()
    ):
        releases = (f"3.{minor}.{patch}" for minor in minors for patch in (0, 99))
        if minors and not any(versions.contains(one, prereleases=True) for one in releases):
            yield finding("GX121", f"The wheel is for {name}, and Requires-Python is {requires!r}.")


def _tags(audit: PackageAudit) -> list[Tag]:
    return parsed(audit.packaged.tags) if audit.packaged is not None else []


def _by_name(audit: PackageAudit) -> dict[str, list[ModuleAudit]]:
    """Return the files of each module: there may be one for each CPython."""
    found: dict[str, list[ModuleAudit]] = defaultdict(list)
    for module in audit.modules:
        if module.is_module:
            found[module.name].append(module)
    return found


CHECKS = (
    names_against_tags,
    builds_against_tags,
    platforms_against_tags,
    beyond_the_stable_abi,
    newer_than_the_stable_abi,
    requires_python_against_tags,
)
