"""What a device wrote down, as values; apart from their reader (gpx.py), so that a start needs no XML parser."""

from datetime import datetime
from typing import NamedTuple


class NotATrack(ValueError):
    """Why a file cannot be used, in words for the person who dropped it."""


class Point(NamedTuple):
    """Degrees (WGS 84), metres above the sea, UTC."""

    latitude: float
    longitude: float
    elevation: float | None
    time: datetime | None


class Recording(NamedTuple):
    """What a device wrote down. Between two segments it was switched off or had no signal."""

    name: str | None
    sport: str | None
    segments: tuple[tuple[Point, ...], ...]
