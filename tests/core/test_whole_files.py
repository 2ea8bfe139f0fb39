"""Files that are written whole or not at all."""

import os
import stat

import pytest

from gilext.core.whole_files import replacing


def test_file_is_there_when_the_block_has_ended(tmp_path):
    path = tmp_path / "page.html"

    with replacing(path) as new:
        new.write_text("new")
        assert not path.exists()

    assert new.suffix == ".html"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("before", [None, "before"], ids=["none before", "one before"])
def test_block_that_raises_leaves_what_was_there(tmp_path, before):
    path = tmp_path / "page.html"
    if before is not None:
        path.write_text(before)

    with pytest.raises(OSError), replacing(path) as new:
        new.write_text("half")
        raise OSError

    assert [one.read_text() for one in tmp_path.iterdir()] == [before] * (before is not None)


def test_link_and_mode_of_the_old_file_stay(tmp_path):
    path, link = tmp_path / "page.html", tmp_path / "link"
    path.write_text("before")
    path.chmod(0o640)
    link.symlink_to(path)

    with replacing(link) as new:
        new.write_text("new")

    assert link.is_symlink()
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_device_is_written_to_and_not_replaced():
    with replacing(os.devnull) as new:
        assert str(new) == os.devnull

    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)
