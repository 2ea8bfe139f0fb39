"""A service that runs already can be asked who holds its GIL: /gil?seconds=10 is a page."""

import asyncio
import tempfile
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from holding import hold

import gilext

app = FastAPI()


@app.get("/")
def root() -> int:
    return hold()


@app.get("/gil", response_class=HTMLResponse)
async def gil(seconds: float = 10.0) -> str:
    with gilext.watch() as watching:
        await asyncio.sleep(seconds)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "gil.html")
        watching.recording.save(page)
        return page.read_text(encoding="utf-8")
