"""The schemas of models that name each other.

See https://github.com/pydantic/pydantic/issues/12446.
"""

from pydantic import BaseModel


class Group(BaseModel):
    blocks: list["Collection"] = []


class Collection(BaseModel):
    groups: list[Group] = []


def fn():
    Collection.model_rebuild(force=True)
    Group.model_rebuild(force=True)


calls = 600
