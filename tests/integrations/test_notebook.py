"""The notebook runs from top to bottom, and shows what it is for."""

from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parents[2] / "examples" / "gilext.ipynb"

nbformat = pytest.importorskip("nbformat")


@pytest.fixture
def kept():
    return nbformat.read(NOTEBOOK, as_version=4)


def test_notebook_is_kept_without_output(kept):
    nbformat.validate(kept)
    assert all(not cell.get("outputs") for cell in kept.cells)


@pytest.mark.slow
def test_notebook_runs_and_shows_a_table_pictures_and_a_page(kept, tmp_path):
    nbclient = pytest.importorskip("nbclient")

    run = nbclient.NotebookClient(kept, timeout=100, resources={"metadata": {"path": tmp_path}})
    run.execute()

    shown = [output.get("data", {}) for cell in kept.cells for output in cell.get("outputs", [])]
    kinds = [kind for data in shown for kind in data]
    assert kinds.count("image/svg+xml") == 2
    assert any("<table" in data.get("text/html", "") for data in shown)
    assert any("<iframe" in data.get("text/html", "") for data in shown)
