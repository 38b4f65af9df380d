"""The app, for any ASGI server: `uvicorn app.main:app`.

It serves /api only; the frontend is static. What a small site does not use is off because each costs start-up time or
can go wrong behind a content delivery network: the pages of API documentation, and redirects of trailing slashes, which
would name the host that the app sees instead of the one that the visitor sees.
"""

import os

from fastapi import FastAPI

from app.routes import api
from app.settings import Settings
from app.storage import Activities, MemoryActivities, TableActivities


def create_app(settings: Settings) -> FastAPI:
    app = FastAPI(title="Tracks", openapi_url=None, redirect_slashes=False)
    app.state.settings = settings
    app.state.activities = _activities(settings)
    app.include_router(api)
    return app


def _activities(settings: Settings) -> Activities:
    return TableActivities(settings.table, kept=settings.kept) if settings.table else MemoryActivities()


app = create_app(Settings.from_environment(os.environ))
