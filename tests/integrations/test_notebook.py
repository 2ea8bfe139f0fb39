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
    assert shown[-1].keys() == {"text/html", "text/plain"}
    outputs = [output for cell in kept.cells for output in cell.get("outputs", [])]
    assert all(output.get("name") != "stderr" for output in outputs), outputs
    assert all(data.get("text/html", "-").strip() for data in shown)


def run_cells(folder, cells, **options):
    """Run cells as a notebook in a folder; return what each showed."""
    nbclient = pytest.importorskip("nbclient")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    book.metadata["kernelspec"] = nbformat.read(NOTEBOOK, as_version=4).metadata["kernelspec"]
    resources = {"metadata": {"path": folder}}
    nbclient.NotebookClient(book, timeout=100, resources=resources, **options).execute()
    return [[kind_of(output) for output in cell.outputs] for cell in book.cells]


def kind_of(output):
    data = output.get("data")
    return output.output_type, *sorted(data or ()), *[output[k] for k in ("ename",) if k in output]


RICH = ("text/html", "text/plain")
SHOWN, RESULT = ("display_data", *RICH), ("execute_result", *RICH)


@pytest.mark.slow
def test_magics_show_one_rich_output_each_and_no_empty_one(tmp_path):
    shown = run_cells(
        tmp_path,
        [
            "%load_ext gilext",
            "import gilext",
            "%gil -s 0.05 gilext.hold_for(0.01)",
            "%%gil -r mine\ngilext.hold_for(0.05)\n'last'",
            "%gil_leaks -r 0.5 gilext.refcount(1)",
            "mine",
            "print(mine)",
            "with gilext.watch() as watched:\n    await __import__('asyncio').sleep(0.01)",
            "watched.recording",
        ],
    )

    last = ("execute_result", "text/plain")
    assert shown == [
        [],
        [],
        [RESULT],
        [last, SHOWN],
        [RESULT],
        [RESULT],
        [("stream",)],
        [],
        [RESULT],
    ]


@pytest.mark.slow
def test_cell_that_fails_under_the_magic_fails_in_the_notebook_too(tmp_path):
    shown = run_cells(
        tmp_path,
        ["%load_ext gilext", "%%gil\n1 / 0", "%%gil\nawait x", "print(type(_gil).__name__)"],
        allow_errors=True,
    )

    assert shown[1] == [SHOWN, ("error", "ZeroDivisionError")]
    assert shown[2][-1][0] in ("error", "stream")
    assert shown[3] == [("stream",)]
