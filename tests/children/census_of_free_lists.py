"""Takes a census while _asyncio has dead objects to use again: its tp_traverse visits those."""

import asyncio
import gc

from gilext._native import Census


async def wait_for_futures():
    futures = [asyncio.get_running_loop().create_future() for _ in range(50)]
    for future in futures:
        future.set_result(None)
    waiting = [future.__await__() for future in futures]
    del waiting
    await asyncio.gather(*futures)


asyncio.run(wait_for_futures())
for _ in range(3):
    census = Census()
    census.add(gc.get_objects())
    census.protect()
    census.release()
    census.clear()
    asyncio.run(wait_for_futures())
    gc.collect()
print("collected")
