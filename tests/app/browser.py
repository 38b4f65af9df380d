"""A browser for the tests: httpx, cookies and all, with the app in the same process instead of a network."""

import asyncio

import httpx
from fastapi import FastAPI


class InProcess(httpx.BaseTransport):
    """Each request has an event loop of its own; the current one is left to the tests of the handler."""

    def __init__(self, app: FastAPI) -> None:
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            return runner.run(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._transport.handle_async_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())


def browser(app: FastAPI) -> httpx.Client:
    return httpx.Client(transport=InProcess(app), base_url="https://tracks.example")
