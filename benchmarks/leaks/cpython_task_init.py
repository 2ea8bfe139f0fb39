"""Task.__init__() leaks the context if it fails.

See https://github.com/python/cpython/issues/126083.
"""

import asyncio


class Break:
    def __str__(self):
        raise Exception("break")


async def coro():
    pass


task = asyncio.Task.__new__(asyncio.Task)
co = coro()
context = object()
name = Break()
loop = asyncio.new_event_loop()
fn = task.__init__
args = (co,)
kwargs = {"context": context, "name": name, "loop": loop}
raises = Exception


def watch():
    return {"context": context}
