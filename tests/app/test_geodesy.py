"""Distances against published and independently integrated geodesics on WGS 84."""

from itertools import pairwise
from math import radians, sin, sqrt

import pytest

from app.tracks.geodesy import ECCENTRICITY_SQUARED, EQUATORIAL_RADIUS, distance, vector

GEODESICS = [
    ("one degree of the equator", (0, 0), (0, 1), 111_319.491),
    ("across the date line", (0, 179.5), (0, -179.5), 111_319.491),
    (
        "Flinders Peak to Buninyong, GDA technical manual",
        (-37.951033417, 144.424867889),
        (-37.652821139, 143.926495528),
        54_972.271,
    ),
]


@pytest.mark.parametrize(
    ("start", "end", "metres"), [case[1:] for case in GEODESICS], ids=[case[0] for case in GEODESICS]
)
def test_a_distance_is_the_geodesic(start: tuple[float, float], end: tuple[float, float], metres: float) -> None:
    assert distance(vector(*start), vector(*end)) == pytest.approx(metres, rel=1e-6)


def meridian(south: float, north: float, steps: int = 1000) -> float:
    """The length of a meridian by Simpson's rule over its radius of curvature."""

    def curvature(latitude: float) -> float:
        flattened = 1 - ECCENTRICITY_SQUARED * sin(radians(latitude)) ** 2
        return EQUATORIAL_RADIUS * (1 - ECCENTRICITY_SQUARED) / (flattened * sqrt(flattened))

    at = [south + (north - south) * i / steps for i in range(steps + 1)]
    return sum(radians(b - a) * (curvature(a) + 4 * curvature((a + b) / 2) + curvature(b)) / 6 for a, b in pairwise(at))


@pytest.mark.parametrize("latitude", [0, 30, 47, 60, 89.99])
def test_a_step_to_the_north_is_as_long_as_the_meridian_there(latitude: float) -> None:
    step = distance(vector(latitude, 11), vector(latitude + 0.001, 11))
    assert step == pytest.approx(meridian(latitude, latitude + 0.001), rel=5e-6)


def test_the_way_over_the_pole_is_straight() -> None:
    assert distance(vector(89.9, 0), vector(89.9, 180)) == pytest.approx(2 * meridian(89.9, 90), rel=1e-6)
