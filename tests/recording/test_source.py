"""The source text of what a frame was evaluating, from the columns of its instruction."""

import linecache

import pytest

from gilext.recording.source import MAX_LENGTH, Place, expression_at, source_line


@pytest.fixture
def place_of(tmp_path):
    """Return a function that writes a source and says where a part of it is."""
    expression_at.cache_clear()

    def write(source, part):
        path = tmp_path / "program.py"
        path.write_text(source, encoding="utf-8")
        linecache.checkcache(str(path))
        before = source[: source.index(part)]
        line, end_line = before.count("\n") + 1, before.count("\n") + part.count("\n") + 1
        column = len(before.rpartition("\n")[2].encode())
        end = len(part.rpartition("\n")[2].encode()) + (0 if "\n" in part else column)
        return Place(str(path), line, end_line, column, end)

    return write


@pytest.mark.parametrize(
    ("source", "part", "text"),
    [
        ("x = json.dumps(rows) + 1\n", "json.dumps(rows)", "json.dumps(rows)"),
        ("naïve = (größe, 名, f(x))\n", "f(x)", "f(x)"),
        (
            "if x:\n    call(\n        1,\n        2)\n",
            "call(\n        1,\n        2)",
            "call( 1, 2)",
        ),
        ("if x:\n    import json\n", "import json", "import json"),
        ("return_ = 1\n", "return_ = 1", "return_ = 1"),
        (f"f({'x, ' * 60})\n", f"f({'x, ' * 60})", "f(…)"),
        (f"x = {'1 + ' * 60}1\n", f"{'1 + ' * 60}1", f"{'1 + ' * 60}1"[: MAX_LENGTH - 1] + "…"),
    ],
)
def test_expression_is_the_text_at_its_columns(place_of, source, part, text):
    assert expression_at(place_of(source, part)) == text


@pytest.mark.parametrize("file", ["/no/such/file.py", "a\0b.py", "<string>", "\udc80"])
def test_line_and_expression_of_a_file_that_cannot_be_read_are_unknown(file):
    assert source_line(file, 1) is None
    assert expression_at(Place(file, 1, 1, 0, 1)) is None


def test_expression_is_unknown_if_the_file_is_another_now(place_of):
    place = place_of("first = 1\nx = json.dumps(rows)\n", "json.dumps(rows)")
    changed = place_of("something(quite, different)\ny = [other(text), here]\n", "other")
    assert changed.file == place.file

    assert expression_at(place) is None
    assert expression_at(place._replace(line=9, end_line=9)) is None
    assert expression_at(place._replace(end_line=0)) is None
