"""Calls of compiled packages that leak nothing: numpy, pandas, pydantic, multidict."""

import contextlib
import importlib
import io

from sound_functions import Sound


def packages():
    """Return the calls of each package that is installed, and the names of those that aren't."""
    found, missing = [], []
    for name, add in [
        ("numpy", add_numpy), ("pandas", add_pandas), ("pydantic", add_pydantic),
        ("multidict", add_multidict),
    ]:  # fmt: skip
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
        else:
            sound = Sound(name)
            add(sound)
            found.append(sound)
    return found, missing


def add_numpy(sound):
    import numpy as np

    numbers, matrix = np.arange(100.0), np.eye(4)
    words = np.array(["b", "a", "c"])
    objects = np.array([{}, [], None], dtype=object)
    records = np.array([(1, 2.5)], dtype=[("a", int), ("b", float)])
    for fn, *args in [
        (np.array, [1, 2.5, 3]), (np.array, [["a"], ["b"]]), (np.zeros, (10, 10), "i8"), (np.add, 1, 2),
        (np.add, numbers, numbers), (np.sum, numbers), (np.sort, words), (np.sort, numbers),
        (np.concatenate, [numbers, numbers]), (np.unique, [3, 1, 3]), (np.dot, matrix, matrix),
        (np.einsum, "ij,jk->ik", matrix, matrix), (np.linalg.inv, matrix),
        (np.fft.fft, numbers), (np.where, numbers > 5), (np.dtype, [("a", "i4"), ("b", "f8")]),
        (np.frombuffer, b"x" * 16), (np.take, objects, [0, 1]), (records.__getitem__, "a"),
        (numbers.astype, str), (objects.tolist,), (np.random.default_rng,), (repr, numbers),
        (np.array2string, matrix), (np.loadtxt, ["1 2", "3 4"]), (np.datetime64, "2026-01-02"),
        (np.broadcast_arrays, numbers, 1), (np.isin, [1, 2], [2, 3]),
    ]:  # fmt: skip
        sound.call(fn, *args)
    sound.call(np.array, [[1], [1, 2]], raises=ValueError)
    sound.call(np.add, numbers, np.arange(7), raises=ValueError)
    sound.call(np.linalg.inv, np.zeros((2, 2)), raises=np.linalg.LinAlgError)
    sound.call(np.dtype, "no such type", raises=TypeError)

    @sound
    def array_saved_and_loaded():
        file = io.BytesIO()
        np.save(file, numbers)
        file.seek(0)
        return np.load(file)

    @sound
    def error_state():
        with np.errstate(all="ignore"):
            return numbers / 0

    @sound
    def iterated():
        return [x + 1 for x in np.nditer(numbers)]


# Left out is what leaks indeed, as sys.getrefcount() says: pandas.merge() and pivot_table() forget
# a type of Cython, pandas.Categorical() and factorize() forget None, and numpy.zeros() forgets its
# default dtype, which matters only before CPython 3.12.
def add_pandas(sound):
    import pandas as pd

    frame = pd.DataFrame({"a": [1, 2, 1, 2], "b": [1.5, None, 2.5, 3.5], "c": list("xyzx")})
    series, other = frame["b"], pd.DataFrame({"a": [1, 2], "d": [7, 8]})
    text = frame.to_csv(index=False)
    for fn, *args in [
        (pd.DataFrame, {"a": [1, 2]}), (pd.Series, [1, 2, 3]), (pd.Timestamp, "2026-01-02"),
        (pd.Index, ["a", "b"]), (pd.to_datetime, ["2026-01-02", "2026-02-03"]),
        (pd.date_range, "2026-01-01", "2026-01-10"), (pd.concat, [frame, frame]),
        (frame.join, other["d"]), (frame.head, 2), (pd.isna, series),
        (pd.Timedelta, "1 day"), (pd.cut, [1, 2, 3], 2), (series.value_counts,),
        (frame.to_csv,), (frame.to_dict,), (frame.to_json,), (frame.describe,), (frame.copy,),
        (frame.sort_values, "a"), (frame.isna,), (frame.query, "a > 1"), (series.mean,),
        (series.rolling(2).sum,), (frame.drop_duplicates, "a"), (frame.__getitem__, "a"),
    ]:  # fmt: skip
        sound.call(fn, *args)
    sound.call(frame.__getitem__, "missing", raises=KeyError)
    sound.call(pd.Timestamp, "nonsense", raises=ValueError)

    @sound
    def csv_read():
        return pd.read_csv(io.StringIO(text))

    @sound
    def grouped():
        return frame.groupby("a")["b"].sum()

    @sound
    def applied():
        return frame["c"].apply(lambda value: value + "!")


def add_pydantic(sound):
    import pydantic
    import pydantic_core
    from pydantic_core import SchemaValidator, core_schema

    class Item(pydantic.BaseModel):
        name: str
        price: float = 1.0
        tags: list[str] = []

    class Order(pydantic.BaseModel):
        items: list[Item]
        by_name: dict[str, Item] = {}

        @pydantic.field_validator("items")
        @classmethod
        def not_empty(cls, value):
            if not value:
                raise ValueError("empty")
            return value

    item, data = Item(name="a"), {"items": [{"name": "a", "tags": ["x"]}]}
    order, adapter = Order.model_validate(data), pydantic.TypeAdapter(list[int])
    validator = SchemaValidator(core_schema.list_schema(core_schema.int_schema()))
    for fn, *args in [
        (Order.model_validate, data), (Order.model_validate_json, order.model_dump_json()),
        (order.model_dump,), (order.model_dump_json,), (item.model_copy,), (repr, order),
        (Item.model_json_schema,), (item.__eq__, item), (adapter.validate_python, ["1", 2]),
        (adapter.validate_json, "[1, 2]"), (adapter.dump_json, [1, 2]),
        (validator.validate_python, ["1"]), (pydantic_core.from_json, '{"a": [1, null]}'),
        (pydantic_core.to_json, {"a": [1, None]}), (pydantic_core.to_jsonable_python, {"a": {1}}),
        (pydantic_core.Url, "https://example.org/a"), (pydantic.TypeAdapter, dict[str, int]),
        (SchemaValidator, core_schema.int_schema()),
    ]:  # fmt: skip
        sound.call(fn, *args)
    invalid = pydantic.ValidationError
    sound.call(Order.model_validate, {"items": []}, raises=invalid)
    sound.call(Item.model_validate_json, "{", raises=invalid)
    sound.call(adapter.validate_python, ["x"], raises=invalid)

    @sound
    def model_made():
        return pydantic.create_model("Made", x=(int, 1))(x="5")

    @sound
    def error_told():
        with contextlib.suppress(ValueError):
            try:
                Item(name=1)
            except invalid as error:
                return error.errors(), error.json()


def add_multidict(sound):
    import multidict

    pairs = [("a", 1), ("b", 2), ("a", 3)]
    for kind in (multidict.MultiDict, multidict.CIMultiDict):
        made = kind(pairs)
        for fn, *args in [
            (kind, pairs), (kind, {"a": 1}), (made.getall, "a"), (made.getone, "b"),
            (made.get, "missing"), (made.keys,), (list, made.items()), (made.copy,),
            (made.__eq__, {"a": 1}), (made.__contains__, "b"), (repr, made),
            (multidict.MultiDictProxy if kind is multidict.MultiDict else
             multidict.CIMultiDictProxy, made),
        ]:  # fmt: skip
            sound.call(fn, *args)
        sound.call(made.getall, "missing", raises=KeyError)
    sound.call(multidict.istr, "Content-Type")

    @sound
    def changed():
        made = multidict.MultiDict(pairs)
        made.add("c", [4])
        made.extend({"d": 5})
        made.update(b=6)
        made.popall("a")
        made.popitem()
        made.setdefault("e", 7)
        made.clear()
