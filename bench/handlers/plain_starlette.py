"""Starlette behind Mangum, as FastAPI is in the demo app, with one route and nothing else."""

import asyncio

from mangum import Mangum
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def health(_: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


asyncio.set_event_loop(asyncio.new_event_loop())  # Mangum asks for the current one; Python 3.12 on makes none unasked
handler = Mangum(Starlette(routes=[Route("/api/health", health)]), lifespan="off")
