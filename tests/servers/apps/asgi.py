"""A service on asyncio, for uvicorn."""

from holding import hold


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    body = str(hold()).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})
