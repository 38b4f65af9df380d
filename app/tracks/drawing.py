"""What is left of a recording to draw it: few enough points for a phone and for one item of a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from math import ceil, cos, radians
from operator import itemgetter

from app.tracks.lines import resample, simplify
from app.tracks.recording import Point

PROFILE_POINTS = 200
THINNED = 5_000  # points that the simplification looks at; of a longer recording it sees every second, third …

Line = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """`path`: lines of (longitude, latitude) in degrees, as GeoJSON orders them. `profile`: (distance, elevation)."""

    path: tuple[Line, ...]
    profile: Line


def path(segments: Sequence[Sequence[Point]], *, most: int) -> tuple[Line, ...]:
    """All segments are thinned as one line, so that however many there are, `most` points remain in all."""
    numbered = [(number, point) for number, segment in enumerate(segments) for point in segment]
    seen = [*numbered[: -1 : ceil(len(numbered) / THINNED)], numbered[-1]]
    longitudes = _unwrapped([point.longitude for _, point in seen])
    latitudes = [point.latitude for _, point in seen]
    narrowing = cos(radians(latitudes[0]))
    flat = [(longitude * narrowing, latitude) for longitude, latitude in zip(longitudes, latitudes, strict=True)]
    kept = [(seen[i][0], (round(longitudes[i], 5), round(latitudes[i], 5))) for i in simplify(flat, most=most)]
    return tuple(tuple(position for _, position in line) for _, line in groupby(kept, key=itemgetter(0)))


def profile(heights: Sequence[tuple[float, float]]) -> Line:
    """Even steps along the way; empty if nothing is known or nobody moved."""
    if len(heights) < 2 or heights[-1][0] == heights[0][0]:
        return ()
    positions, elevations = zip(*heights, strict=True)
    pairs = resample(positions, elevations, count=min(PROFILE_POINTS, len(heights)))
    return tuple((round(way, 1), round(elevation, 1)) for way, elevation in pairs)


def _unwrapped(longitudes: Sequence[float]) -> list[float]:
    """Across the date line the numbers go on (179, 181) instead of jumping (179, -179)."""
    jumps = (360.0 * round((before - after) / 360.0) for before, after in pairwise(longitudes))
    return [longitude + turn for longitude, turn in zip(longitudes, accumulate(jumps, initial=0.0), strict=True)]
