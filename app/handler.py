"""The Lambda function: HTTP API events go to the app, anything else is a call to keep the function warm.

What is imported lives as long as the function: looking for garbage meanwhile would be a seventh of the cold start.
"""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def collecting_no_garbage() -> Iterator[None]:
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


@contextmanager
def models_built_when_used() -> Iterator[None]:
    """FastAPI has models of OpenAPI documents, and building them is a sixth of the cold start; this app writes none.

    An app that does write one builds them then. Models that are imported outside of this are built at once.
    """
    BaseModel.model_config["defer_build"] = True
    yield
    del BaseModel.model_config["defer_build"]


with collecting_no_garbage():
    from mangum import Mangum
    from pydantic import BaseModel

    with models_built_when_used():
        import fastapi  # noqa: F401

    from app.main import app

asyncio.set_event_loop(asyncio.new_event_loop())  # Mangum asks for the current one; Python 3.12 on makes none unasked
_http = Mangum(app, lifespan="off")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an event of API Gateway's HTTP API (payload 2.0) with its response; answer any other with nothing done."""
    if "requestContext" not in event:
        return {}
    return _http(event, context)
