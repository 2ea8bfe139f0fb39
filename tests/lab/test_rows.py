"""Tables of rows: units and digits."""

from dataclasses import dataclass

from gilext.lab.rows import table_of


@dataclass(frozen=True)
class Timed:
    half_seconds: float
    most_seconds: float | None


def texts_of(*rows):
    table = table_of(rows)
    titles = [column.title for column in table.columns]
    cells = [
        [c.text(cell) for c, cell in zip(table.columns, row, strict=True)] for row in table.rows
    ]
    return titles, cells


def test_times_of_one_table_share_a_unit():
    titles, cells = texts_of(Timed(0.0009, 0.0136), Timed(0.0004, None))

    assert titles == ["half ms", "most ms"]
    assert cells == [["0.90", "13.60"], ["0.40", "-"]]


def test_times_too_far_apart_have_units_of_their_own():
    titles, _ = texts_of(Timed(4e-6, 0.5), Timed(5e-6, 0.6))

    assert titles == ["half µs", "most ms"]


def test_smaller_unit_is_shared_if_the_largest_needs_too_many_digits():
    titles, cells = texts_of(Timed(1.83e-9, 1.3358e-6), Timed(34.7e-9, None))

    assert titles == ["half ns", "most ns"]
    assert cells == [["1.83", "1,335.80"], ["34.70", "-"]]


def test_smallest_time_keeps_two_digits_that_count():
    titles, cells = texts_of(Timed(23.45, 0.0313), Timed(0.0457, 0.0049))

    assert titles == ["half s", "most ms"]
    assert cells == [["23.450", "31.30"], ["0.046", "4.90"]]


def test_what_is_unknown_in_all_rows_has_no_column():
    titles, cells = texts_of(Timed(0.0009, None), Timed(0.0004, None))

    assert titles == ["half µs"]
    assert cells == [["900.00"], ["400.00"]]
