"""The cases files among the examples, and the kept tables of the pages."""

from dataclasses import replace
from pathlib import Path

import pytest

from gilext.auditing.tables.cases import Cases, load_cases
from gilext.auditing.tables.gil_table import load_table
from gilext.auditing.tables.observing import observe_cases
from gilext.checking.terms import terms_of
from gilext.core.environment import info

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "gil_table"
NAMES = ("stdlib", "numpy")


@pytest.mark.parametrize("name", NAMES)
def test_each_example_is_a_cases_file(name):
    assert len(load_cases(EXAMPLES / f"{name}.toml").cases) > 20


@pytest.mark.parametrize("name", NAMES)
def test_kept_table_has_the_rows_of_its_cases_and_no_failure(name):
    cases = load_cases(EXAMPLES / f"{name}.toml")
    table = load_table(ROOT / "docs" / "results" / "gil_tables" / f"{name}.json")

    assert [row.key for row in table.rows] == [(one.function, one.size) for one in cases.cases]
    assert [row.error for row in table.rows] == [None] * len(table.rows)
    assert tuple(package.name for package in table.packages) == cases.packages


@pytest.mark.slow
def test_functions_of_the_standard_library_are_as_their_sources_say():
    terms = terms_of(info().gil_enabled)
    expected = {
        ("hashlib.sha256", "1000000"): terms.freeing,
        ("zlib.compress", "1000000"): terms.freeing,
        ("sqlite3: count", "1000000"): terms.freeing,
        ("json.loads", "1000000"): terms.keeping,
        ("sorted", "1000000"): terms.keeping,
    }
    cases = load_cases(EXAMPLES / "stdlib.toml").cases
    short = tuple(replace(case, seconds=0.2, timeout=600.0) for case in cases)

    table = observe_cases(Cases((), short), checks=1)

    assert [row.error for row in table.rows] == [None] * len(table.rows)
    found = {row.key: row.verdict for row in table.rows if row.key in expected}
    assert found == expected, str(table)
