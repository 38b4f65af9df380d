"""Measures a recording: how far, how long and how high."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, pairwise

from app.tracks.drawing import Drawing, Line, path, profile
from app.tracks.geodesy import distance, vector
from app.tracks.lines import climbs, smooth
from app.tracks.recording import Point, Recording

STANDING = 0.3  # m/s; slower is a rest at a traffic light with a wandering signal
SMOOTHING = 25.0  # metres of way on each side; takes out the metre-scale noise of a GPS's elevation
CLIMB = 2.0  # metres; smaller ups and downs are noise too
PATH_POINTS = 500
SKETCH_POINTS = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Metres and seconds; `None` where the recording has no times or no elevations.

    `duration` is from the first time to the last, `moving` without the rests. `sketch` is the track in (longitude,
    latitude), coarse enough for a stamp.
    """

    name: str | None
    sport: str | None
    started: datetime | None
    distance: float
    duration: float | None
    moving: float | None
    climb: float | None
    descent: float | None
    lowest: float | None
    highest: float | None
    sketch: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    summary: Summary
    drawing: Drawing


def measure(recording: Recording) -> Track:
    """Sum up a recording of at least one segment of two points."""
    segments = recording.segments
    points = [point for segment in segments for point in segment]
    legs = [list(_legs(segment)) for segment in segments]
    ways = _ways(legs)
    heights = _heights(ways, points)
    elevations = [elevation for _, elevation in heights]
    up, down = climbs(elevations, threshold=CLIMB) if heights else (None, None)
    started, duration = _span(points)
    summary = Summary(
        name=recording.name,
        sport=recording.sport,
        started=started,
        distance=round(ways[-1], 1),
        duration=duration,
        moving=None if duration is None else _moving(segments, legs),
        climb=_tenths(up),
        descent=_tenths(down),
        lowest=_tenths(min(elevations, default=None)),
        highest=_tenths(max(elevations, default=None)),
        sketch=path(segments, most=SKETCH_POINTS),
    )
    return Track(summary=summary, drawing=Drawing(path=path(segments, most=PATH_POINTS), profile=profile(heights)))


def _legs(segment: Sequence[Point]) -> Iterator[float]:
    vectors = (vector(point.latitude, point.longitude) for point in segment)
    return (distance(start, end) for start, end in pairwise(vectors))


def _ways(legs: Sequence[Sequence[float]]) -> list[float]:
    """How far each point is along the track; what lies between two segments does not count."""
    return list(accumulate(step for segment in legs for step in (0.0, *segment)))


def _heights(ways: Sequence[float], points: Sequence[Point]) -> list[tuple[float, float]]:
    known = [(way, point.elevation) for way, point in zip(ways, points, strict=True) if point.elevation is not None]
    if not known:
        return []
    positions, elevations = zip(*known, strict=True)
    return list(zip(positions, smooth(positions, elevations, radius=SMOOTHING), strict=True))


def _span(points: Sequence[Point]) -> tuple[datetime | None, float | None]:
    times = [point.time for point in points if point.time is not None]
    if not times:
        return None, None
    return min(times), (max(times) - min(times)).total_seconds() if len(times) > 1 else None


def _moving(segments: Sequence[Sequence[Point]], legs: Sequence[Sequence[float]]) -> float:
    return sum(
        seconds
        for segment, lengths in zip(segments, legs, strict=True)
        for (start, end), length in zip(pairwise(segment), lengths, strict=True)
        if (seconds := _seconds(start, end)) > 0 and length / seconds >= STANDING
    )


def _seconds(start: Point, end: Point) -> float:
    return (end.time - start.time).total_seconds() if start.time and end.time else 0.0


def _tenths(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
