"""Coroutines for Cython to compile: what each awaits returns something."""

import asyncio


async def helper(make):
    await asyncio.sleep(0)
    return make()


async def leak_return_value_of(make):
    await helper(make)


async def items(make):
    yield 1
    await helper(make)
    yield 2


class Manager:
    def __init__(self, make):
        self.make = make

    async def __aenter__(self):
        return self

    async def __aexit__(self, *exception):
        await helper(self.make)
