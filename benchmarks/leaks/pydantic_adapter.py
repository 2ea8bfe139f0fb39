"""A cycle that the collector can't see.

See https://github.com/pydantic/pydantic/issues/8397.
"""

from pydantic import BaseModel, TypeAdapter


class Bar(BaseModel):
    pass


class Foo(BaseModel):
    children: list["Foo"]
    bar: Bar


def fn():
    return TypeAdapter(list[Foo]).validate_python([{"children": [], "bar": Bar()}])


calls = 1000
