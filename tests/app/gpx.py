"""GPX files for the tests, written as a device would."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

START = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)


def point(latitude: float, longitude: float, elevation: float | None = None, seconds: float | None = None) -> str:
    ele = "" if elevation is None else f"<ele>{elevation}</ele>"
    time = "" if seconds is None else f"<time>{START + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}</time>"
    return f'<trkpt lat="{latitude}" lon="{longitude}">{ele}{time}</trkpt>'


def track(*segments: Iterable[str], name: str = "Morning run", sport: str = "running") -> bytes:
    inside = "".join(f"<trkseg>{''.join(points)}</trkseg>" for points in segments)
    return document(f"<trk><name>{name}</name><type>{sport}</type>{inside}</trk>")


def document(inside: str) -> bytes:
    opening = '<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{opening}{inside}</gpx>'.encode()


def northwards(count: int = 11, *, step: float = 0.001, seconds: float = 30, climb: float = 0.0) -> list[str]:
    """From 47° N straight to the north, rising `climb` metres a point."""
    return [point(round(47 + i * step, 7), 11, 500 + climb * i, seconds * i) for i in range(count)]
