"""What a user names is found, without importing anything, or a hint says what was meant."""

import importlib.machinery
import json
import os
import sys
import tarfile
from itertools import islice
from pathlib import Path
from zipfile import ZipFile

import pytest

from gilext.auditing.targets.installed import packages_of_environment
from gilext.auditing.targets.packages import UnknownTarget
from gilext.auditing.targets.resolving import packages_of

SUFFIX = importlib.machinery.EXTENSION_SUFFIXES[0]
OTHER = ".cpython-27-none.so"
NO_IMPORT = "raise SystemExit('this was imported')"


def plant(folder, *names):
    """Make files: Python that must not be imported, or code that nothing reads."""
    for name in names:
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(NO_IMPORT if name.endswith(".py") else "code", encoding="utf-8")


def install(folder, name, *names, recorded=True, **texts):
    """Install a distribution of files; `texts` are more files of its dist-info."""
    plant(folder, *names)
    info = Path(folder, f"{name}-1.0.dist-info")
    info.mkdir()
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    if recorded:
        texts["RECORD"] = "".join(f"{one},,\n" for one in names)
    for file, content in ({"METADATA": metadata} | texts).items():
        (info / file.replace("_txt", ".txt").replace("_json", ".json")).write_text(content)


def found(target):
    """Return the packages of a target, each with its files and their modules."""
    return [
        (package.name, [(one.path, one.module) for one in package.files])
        for package in packages_of(target)
    ]


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Return a folder that is imported from."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Return the folder that paths are relative to."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def planted(site):
    install(
        site, "Planted_Thing", "planted/__init__.py", f"planted/fast{SUFFIX}",
        f"planted/inner/deep{SUFFIX}", "planted/inner/plain.py", f"planted/fast{OTHER}",
        "planted.libs/liba.so.1", "../bin/script", top_level_txt="planted\n",
    )  # fmt: skip
    return site


FAST = (f"planted/fast{SUFFIX}", "planted.fast")
DEEP = (f"planted/inner/deep{SUFFIX}", "planted.inner.deep")


@pytest.mark.parametrize("name", ["Planted_Thing", "planted-thing", "PLANTED.THING"])
def test_a_distribution_has_its_recorded_files_for_this_python(planted, name):
    ((called, files),) = found(name)

    assert called == "Planted_Thing"
    assert files == [FAST, DEEP, ("planted.libs/liba.so.1", None)]


def test_a_package_has_what_an_import_of_it_would_take(planted):
    assert found("planted") == [("planted", [FAST, DEEP])]
    (package,) = packages_of("planted")
    assert package.packaged.name == "Planted_Thing"


@pytest.mark.parametrize(
    ("name", "files"),
    [("planted.fast", [FAST]), ("planted.inner", [DEEP]), ("planted.inner.deep", [DEEP]),
     ("planted.inner.plain", [])],
)  # fmt: skip
def test_a_module_within_a_package_is_found_without_importing_the_package(planted, name, files):
    assert found(name) == [(name, files)]


def test_a_module_of_no_package_is_found(site):
    plant(site, f"_lone{SUFFIX}")

    assert found("_lone") == [("_lone", [(f"_lone{SUFFIX}", "_lone")])]


def test_a_namespace_package_is_in_several_places(site, tmp_path, monkeypatch):
    plant(site, f"spread/one/a{SUFFIX}")
    plant(tmp_path / "other", f"spread/two/b{SUFFIX}", f"spread/one/c{SUFFIX}")
    monkeypatch.syspath_prepend(str(tmp_path / "other"))

    assert {one for _, files in found("spread") for _, one in files} == {
        "spread.one.a", "spread.two.b", "spread.one.c",
    }  # fmt: skip
    assert {one for _, files in found("spread.one") for _, one in files} == {
        "spread.one.a", "spread.one.c",
    }  # fmt: skip


@pytest.mark.parametrize("top_level", ["edited\n", None])
def test_an_editable_install_is_where_its_source_is(site, tmp_path, monkeypatch, top_level):
    source = tmp_path / "source"
    plant(source, "edited/__init__.py", f"edited/fast{SUFFIX}")

    class Finder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name == "edited":
                return importlib.machinery.PathFinder.find_spec(name, [str(source)])
            return None

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder])
    texts = {"direct_url_json": json.dumps({"url": "x", "dir_info": {"editable": True}})}
    if top_level:
        texts["top_level_txt"] = top_level
    install(site, "edited", "__editable__.pth", **texts)

    assert found("edited") == [("edited", [(f"edited/fast{SUFFIX}", "edited.fast")])]


def test_a_distribution_without_a_record_is_found_by_what_it_imports(site):
    install(
        site, "old", "oldest/__init__.py", f"oldest/a{SUFFIX}", recorded=False,
        top_level_txt="oldest",
    )  # fmt: skip

    assert found("old") == [("old", [(f"oldest/a{SUFFIX}", "oldest.a")])]


def test_a_module_of_the_standard_library_is_found():
    name = next(
        one for one in ("_ctypes", "_testcapi", "_ssl", "_json")
        if one not in sys.builtin_module_names
    )  # fmt: skip
    ((called, ((_, module),)),) = found(name)

    assert called == module == name


def test_what_is_built_in_has_no_file():
    with pytest.raises(UnknownTarget, match=r"'_thread' is built into the interpreter"):
        found("_thread")


def test_a_folder_is_meant_only_if_nothing_is_installed_under_its_name(planted, here):
    plant(here, f"planted/local{SUFFIX}", f"dist/other{SUFFIX}")

    assert found("planted") == [("planted", [FAST, DEEP])]
    assert found("./planted") == [("planted", [(f"local{SUFFIX}", "local")])]
    assert found("dist") == [("dist", [(f"other{SUFFIX}", "other")])]


def test_a_file_is_meant_before_anything_that_is_installed(planted, here):
    plant(here, "planted")

    with pytest.raises(UnknownTarget, match="neither a wheel nor a compiled file"):
        found("planted")


def test_a_file_has_the_name_of_the_packages_that_it_is_in(here):
    plant(here, f"outer/inner/a{SUFFIX}", "outer/__init__.py", "outer/inner/__init__.py")

    assert found(f"outer/inner/a{SUFFIX}") == [(f"a{SUFFIX}", [(f"a{SUFFIX}", "outer.inner.a")])]
    assert found(here / "outer") == [(str(here / "outer"), [(f"inner/a{SUFFIX}", "outer.inner.a")])]


def test_a_folder_of_wheels_and_binaries_has_a_package_for_each_and_one_for_the_rest(here):
    plant(here, f"dist/deeper/a{SUFFIX}", f"dist/b{OTHER}", "dist/notes.txt")
    for name in ("a-1.0-py3-none-any.whl", "deeper/b-1.0-py3-none-any.whl"):
        with ZipFile(here / "dist" / name, "w") as archive:
            archive.writestr("m.so", b"code")

    assert [name for name, _ in found("dist")] == [
        "a-1.0-py3-none-any.whl", "b-1.0-py3-none-any.whl", "dist",
    ]  # fmt: skip
    assert found("dist")[-1][1] == [(f"b{OTHER}", "b"), (f"deeper/a{SUFFIX}", "a")]


def test_an_unpacked_wheel_is_a_package_with_metadata(here):
    install(here, "loose", "loose/__init__.py", f"loose/a{SUFFIX}", "../../outside.so")
    plant(here.parent.parent, "outside.so")

    assert found(here) == [("loose", [(f"loose/a{SUFFIX}", "loose.a")])]


def test_a_site_packages_is_a_package_for_each_distribution_that_has_binaries(planted):
    install(planted, "pure", "pure.py")
    install(planted, "second", f"second{SUFFIX}")
    plant(planted, f"nobodys{SUFFIX}")

    assert [name for name, _ in found(planted)] == ["Planted_Thing", "second", str(planted)]
    assert found(planted)[-1][1] == [(f"nobodys{SUFFIX}", "nobodys")]


@pytest.mark.parametrize("name", ["METADATA", "RECORD", "WHEEL"])
@pytest.mark.parametrize("what", ["no text", "a pipe", "a folder", "a device"])
def test_metadata_that_is_no_text_neither_hangs_nor_crashes(here, name, what):
    install(here, "bad", f"bad{SUFFIX}")
    file = here / "bad-1.0.dist-info" / name
    file.unlink(missing_ok=True)
    if what == "no text":
        file.write_bytes(b"\xff\xfe\0")
    elif what == "a pipe":
        os.mkfifo(file)
    elif what == "a folder":
        file.mkdir()
    else:
        file.symlink_to("/dev/zero")
    ((_, files),) = found(here)

    assert [path for path, _ in files] == [f"bad{SUFFIX}"]


def test_the_environment_is_all_distributions_that_have_binaries(planted):
    install(planted, "pure", "pure.py")
    install(planted, "broken", "broken.so", METADATA="\0", WHEEL="\xff")
    names = [package.name for package in packages_of_environment()]

    assert {"Planted_Thing"} <= set(names)
    assert "pure" not in names
    assert len(names) == len(set(names))


def test_the_first_of_a_distribution_on_the_path_is_the_one_that_counts(
    planted, tmp_path, monkeypatch
):
    install(tmp_path / "first", "planted-thing", f"planted{SUFFIX}")
    monkeypatch.syspath_prepend(str(tmp_path / "first"))
    files = [
        [one.path for one in package.files]
        for package in packages_of_environment()
        if package.name.lower().replace("_", "-") == "planted-thing"
    ]

    assert files == [[f"planted{SUFFIX}"]]


def test_links_that_go_round_end(here):
    plant(here, f"lib/a{SUFFIX}", "outside.so")
    (here / "lib" / "again").symlink_to(here / "lib")
    (here / "lib" / "b.so").symlink_to(here / "lib" / f"a{SUFFIX}")
    (here / "lib" / "self.so").symlink_to("self.so")
    (here / "lib" / "c.so").symlink_to(here / "outside.so")

    assert found("lib/") == [("lib", [(f"a{SUFFIX}", "a"), ("c.so", "c")])]


def test_a_link_to_a_file_or_a_folder_is_followed_if_it_was_named(here):
    plant(here, f"lib/a{SUFFIX}")
    (here / "link").symlink_to("lib")
    (here / "link.so").symlink_to(f"lib/a{SUFFIX}")

    assert found("link/") == [("link", [(f"a{SUFFIX}", "a")])]
    assert found("link.so") == [("link.so", [("link.so", "link")])]
    ((one,),) = (package.files for package in packages_of("link.so"))
    assert not one.file.is_symlink() and one.file.is_file()


def test_installed_files_that_are_links_into_a_cache_are_followed(site, tmp_path):
    plant(tmp_path / "cache", "a.so")
    install(site, "linked", "linked.so")
    (site / "linked.so").unlink()
    (site / "linked.so").symlink_to(tmp_path / "cache" / "a.so")
    ((one,),) = (package.files for package in packages_of("linked"))

    assert (one.path, one.module, one.file) == (
        "linked.so", "linked", tmp_path / "cache" / "a.so",
    )  # fmt: skip


def test_a_folder_that_cannot_be_read_is_an_error_row(here, monkeypatch):
    plant(here, f"lib/a{SUFFIX}", f"lib/closed/b{SUFFIX}")
    scandir = os.scandir

    def refuse(path):
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    (package,) = packages_of("lib/")

    assert [(one.path, one.error) for one in package.files] == [
        (f"a{SUFFIX}", None), ("closed", "Permission denied"),
    ]  # fmt: skip


def test_a_huge_tree_is_read_as_it_is_walked(here, monkeypatch):
    plant(here, *(f"lib/{index}/a{SUFFIX}" for index in range(20)))
    scanned, scandir = [], os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: scanned.append(path) or scandir(path))
    (package,) = packages_of("lib/")
    scanned.clear()

    assert len(list(islice(package.files, 2))) == 2
    assert len(scanned) < 10


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("", "names nothing"),
        ("plantde", "did you mean 'planted'"),
        ("planted.nothing", "no distribution, module or file"),
        ("not a name", "no distribution, module or file"),
        ("./nothing", "doesn't exist"),
        ("thing-1.0-py3-none-any.whl", "no distribution, module or file"),
        ("a\0b", "a\\\\x00b"),
        ("./a\0b", "a\\\\x00b"),
        ("../..\x1b[2Jb", r"\\x1b\[2Jb doesn't exist"),
        ("notes.txt", "neither a wheel nor a compiled file"),
        ("empty/", "nothing in empty is compiled"),
        ("pipe.so", "no regular file"),
        ("gone.so", "no regular file"),
        ("src.tar.gz", "audit the folder that they are in"),
        ("sources/", "source archive, whose wheels have to be built first"),
    ],
)
def test_what_is_nothing_is_an_error_with_a_hint(planted, here, target, message):
    plant(here, "notes.txt", "empty/module.py", "sources/a.tar.gz")
    os.mkfifo("pipe.so")
    Path("gone.so").symlink_to("nowhere")
    with tarfile.open("src.tar.gz", "w:gz"):
        pass

    with pytest.raises(UnknownTarget, match=message):
        found(target)
