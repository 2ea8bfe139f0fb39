"""The GIL table on a page of a site, in reStructuredText and in MyST."""

import json
import os
import re
import subprocess
import sys

import pytest

pytest.importorskip("sphinx")

FAILED = "can\N{RIGHT SINGLE QUOTATION MARK}t be checked"
SPECIAL = "sort <|*>"
PAGE = """
Page
====

.. gil-table:: tables/t.json
   :caption: What *lib* does
   :class: mine
   :name: the-table

.. gil-table:: /tables/t.json
   :functions: f*, zzz?
   :columns: verdict, calls
   :hide-place:
   :hide-reasons:
"""
MYST = """
# Other

:::{gil-table} tables/t.json
:columns: verdict, wait
:::
"""
WRONG = """
Page
====

.. gil-table:: none.json

.. gil-table:: x.json

.. gil-table:: tables/t.json
   :columns: speed

.. gil-table:: tables/t.json
   :functions: absent*

.. gil-table:: tables/t.json
   :unknown: x
"""


@pytest.fixture
def site(tmp_path, made_up_table):
    """Make a folder of sources with a table; return a function that builds it."""
    source = tmp_path / "docs"
    (source / "tables").mkdir(parents=True)
    has_myst = subprocess.run([sys.executable, "-c", "import myst_parser"]).returncode == 0
    extensions = ["gilext.integrations.sphinx", *(["myst_parser"] if has_myst else [])]
    (source / "conf.py").write_text(
        f"extensions = {extensions}\nmyst_enable_extensions = ['colon_fence']\n"
        "exclude_patterns = ['other.md'] if len(extensions) == 1 else []\n"
    )
    (source / "index.rst").write_text("Site\n====\n\n.. toctree::\n   :glob:\n\n   *\n")
    (source / "other.md").write_text(MYST)
    made_up_table(
        {"function": SPECIAL, "size": "1000000", "verdict": "releases", "held": 0.05},
        {"function": "zzz1"},
        {
            "function": "fail",
            "verdict": None,
            "held": None,
            "error": "it ended <early>",
            "calls": 0,
        },
    ).save(source / "tables" / "t.json")

    def build(*options):
        command = [sys.executable, "-P", "-m", "sphinx", "-q", *options, source, tmp_path / "out"]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=110, env=os.environ | {"LC_ALL": "C.UTF-8"}
        )  # fmt: skip

    build.source, build.out, build.has_myst = source, tmp_path / "out", has_myst
    return build


def rows_of(page):
    """Return the cells of each row of a page's tables, as text."""
    rows = re.findall(r"<tr.*?</tr>", page, re.S)
    cells = (re.findall(r"<t[hd].*?</t[hd]>", row, re.S) for row in rows)
    return [[re.sub(r"<[^>]*>", "", cell).strip() for cell in row] for row in cells]


def test_pages_have_the_table_and_follow_it(site):
    (site.source / "page.rst").write_text(PAGE)

    done = site("-W")
    assert (done.returncode, done.stderr) == (0, "")

    page = (site.out / "page.html").read_text(encoding="utf-8")
    assert rows_of(page) == [
        ["function", "size", "verdict", "held", "held per call", "longest hold seen"],
        ["sort &lt;|*&gt;", "1,000,000", "releases", "5.0% ± 2.0%", "50 µs", "50 µs"],
        ["zzz1", "", "holds", "100.0% ± 2.0%", "1 ms", "1 ms"],
        ["fail", "", FAILED, "-", "-", "-"],
        ["function", "size", "verdict", "calls"],
        ["zzz1", "", "holds", "300"],
        ["fail", "", FAILED, "0"],
    ]
    assert "What <em>lib</em> does" in page
    assert 'class="gil-table mine docutils' in page
    assert 'id="the-table"' in page
    assert "gil-releases" in page and "gil-holds" in page and "gil-unknown" in page
    assert page.count("lib 1.0, CPython ") == page.count("Without a verdict:") == 1
    assert "it ended &lt;early&gt;" in page
    if site.has_myst:
        other = (site.out / "other.html").read_text(encoding="utf-8")
        assert ["zzz1", "", "holds", "1 ms"] in rows_of(other)

    table = site.source / "tables" / "t.json"
    document = json.loads(table.read_text())
    document["rows"][1]["verdict"] = "shares"
    table.write_text(json.dumps(document))
    os.utime(table, (2e9, 2e9))
    assert site("-W").returncode == 0
    assert ["zzz1", "", "shares", "300"] in rows_of((site.out / "page.html").read_text("utf-8"))


def test_mistakes_are_errors_of_the_line(site):
    (site.source / "page.rst").write_text(WRONG)
    (site.source / "x.json").write_text("{}")

    said = " ".join(site().stderr.split())

    for line, words in (
        (5, "can't read 'none.json': No such file or directory"),
        (7, "x.json' is no GIL table of gilext: its 'format' must be"),
        (9, "there is no column 'speed'; there are verdict, held, "),
        (12, "the table has no function 'absent*'"),
        (15, 'unknown option: "unknown"'),
    ):
        assert re.search(rf"page\.rst:{line}: ERROR: .*{re.escape(words)}", said), (line, said)
