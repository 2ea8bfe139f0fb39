"""Cases files: what they say, and each way to get one wrong."""

import pytest

from gilext.auditing.tables.cases import MAX_ROWS, Case, load_cases


@pytest.fixture
def load(tmp_path):
    """Return a function that reads cases from text."""

    def read(text):
        path = tmp_path / "cases.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_cases(path)

    return read


WHOLE = """
packages = ["numpy"]
setup = "import numpy as np"
sizes = [1_000, 1_000_000]
seconds = 0.2
timeout = 30

[[case]]
name = "sort"
setup = "data = np.ones(size, dtype)"
call = "np.sort(data)"
parameters = {dtype = ["float64", "object"]}

[[case]]
call = "np.linalg.svd(\\n  square)"
setup = "square = np.ones((size, size))"
sizes = [10]
seconds = 1
timeout = 90.5

[[case]]
call = "np.show_config()"
"""


def test_rows_are_the_combinations_in_the_order_of_the_file(load):
    found = load(WHOLE)

    assert found.packages == ("numpy",)
    assert [(case.function, case.size) for case in found.cases] == [
        ("sort", "dtype=float64, size=1000"),
        ("sort", "dtype=float64, size=1000000"),
        ("sort", "dtype=object, size=1000"),
        ("sort", "dtype=object, size=1000000"),
        ("np.linalg.svd( square)", "10"),
        ("np.show_config()", ""),
    ]
    assert found.cases[4] == Case(
        "np.linalg.svd( square)",
        "np.linalg.svd(\n  square)",
        "import numpy as np\nsquare = np.ones((size, size))",
        (("size", 10),),
        1.0,
        90.5,
    )
    assert (found.cases[0].seconds, found.cases[0].timeout) == (0.2, 30.0)


def test_sizes_of_the_file_are_for_what_uses_them(load):
    found = load("setup = 'data = bytes(size)'\nsizes = [1, 2]\n[[case]]\ncall = 'len(data)'\n")

    assert [case.size for case in found.cases] == ["1", "2"]


def test_case_needs_no_more_than_a_call(load):
    (case,) = load("[[case]]\ncall = 'f()'").cases

    assert (case.function, case.size, case.setup) == ("f()", "", "")
    assert case.timeout > 8 * case.seconds


def test_nothing_is_evaluated(load, capsys):
    load("setup = 'print(1)'\n[[case]]\ncall = 'print(2)'\nsetup = 'raise SystemExit'")

    assert capsys.readouterr().out == ""


CASE = "[[case]]\ncall = 'f(size)'\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is no case: each begins with [[case]] and has a 'call'"),
        ("case = []", "there is no case"),
        ("case = 1", "the file: 'case' must be one or more tables [[case]], not 1"),
        ("case = [1]", "'case' number 1 must be a table, [[case]], not 1"),
        ("[case]\ncall = 'f()'", "'case' must be one or more tables [[case]], not a table"),
        ("[[cases]]\ncall = 'f()'", "the file: 'cases' is no key here; did you mean 'case'?"),
        ("x y", "Expected '=' after a key"),
        (b"\xff", "invalid start byte"),
        ("[[case]]", "case 1: it needs a 'call', the expression to evaluate again and again"),
        ("[[case]]\ncall = ' '", "case 1 ( ): it needs a 'call'"),
        ("[[case]]\ncall = 1", "case 1: 'call' must be a string, not 1"),
        ("[[case]]\nname = 'n'\ncall = 'f('", "case 1 (n): 'call': not Python code: '(' was"),
        ("[[case]]\ncall = '# no'", "case 1 (# no): 'call': there is nothing to call"),
        (CASE + "setup = 'x ='", "case 1 (f(size)): 'setup': not Python code: invalid syntax"),
        (CASE + "size = [1]", "case 1 (f(size)): 'size' is no key here; did you mean 'sizes'?"),
        (CASE + "zzz = 1", "'zzz' is no key here; it may be 'call', 'name', 'parameters', "),
        (CASE + "sizes = 5", "'sizes' must be an array, as in [1_000, 1_000_000], not 5"),
        (CASE + "sizes = []", "'sizes' is empty: it must have at least one value"),
        (CASE + "sizes = [1, 2, 1]", "'sizes' has 1 twice"),
        (CASE + "sizes = [[1]]", "must have numbers, strings, true or false, not an array of 1 v"),
        (CASE + "sizes = [nan]", "'sizes' must have finite numbers, not nan"),
        (CASE + "sizes = [2020-01-01]", "true or false, not a date"),
        (CASE + "parameters = 1", "'parameters' must be a table, as in {dtype = "),
        (CASE + "parameters = {n = [1]}", "neither 'call' nor 'setup' uses the variable 'n'"),
        (CASE + "parameters = {'if' = [1]}", "has 'if', which can't be a variable's name"),
        (CASE + "parameters = {n = 1}", "'parameters.n' must be an array"),
        (CASE + "sizes = [1]\nparameters = {size = [2]}", "are the same: give one of them"),
        (CASE + "seconds = 0", "'seconds' must be above 0, to 3600 seconds, not 0"),
        (CASE + "seconds = true", "'seconds' must be above 0, to 3600 seconds, not true"),
        (CASE + "timeout = 'x'", "'timeout' must be above 0, to 86400 seconds, not 'x'"),
        (CASE + "name = 1", "'name' must be a string, not 1"),
        (CASE + CASE, "two cases are called 'f(size)': give one another 'name'"),
        ("packages = 'numpy'\n" + CASE, "'packages' must be an array of strings, not 'numpy'"),
        ("packages = ['']\n" + CASE, "'packages' must have strings that aren't empty"),
        ("sizes = 1\n" + CASE, "the file: 'sizes' must be an array"),
        (CASE + f"sizes = {[*range(MAX_ROWS + 1)]}", "more than 10,000 combinations"),
    ],
    ids=lambda value: str(value)[:40].replace("\n", " ") if value is not None else "",
)
def test_error_names_the_file_the_case_and_the_key(load, tmp_path, text, said):
    with pytest.raises(ValueError) as caught:
        load(text)

    assert str(caught.value).startswith(str(tmp_path / "cases.toml"))
    assert said in str(caught.value)


def test_file_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_cases(tmp_path / "none.toml")
