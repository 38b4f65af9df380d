"""What is served under /api; everything else is the frontend's."""

from fastapi import APIRouter

from app.routes import activities, health

api = APIRouter(prefix="/api")
api.include_router(health.router)
api.include_router(activities.router)
