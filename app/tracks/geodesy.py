"""Distances on the WGS 84 ellipsoid.

A point becomes a vector from the centre of the Earth, so that neither the poles nor the date line are special. Between
the points of a recording (metres to kilometres apart) the result is the geodesic's to a part in a million.
"""

from math import asin, cos, dist, radians, sin, sqrt

EQUATORIAL_RADIUS = 6_378_137.0
MEAN_RADIUS = 6_371_008.8
ECCENTRICITY_SQUARED = 6.694_379_990_14e-3

Vector = tuple[float, float, float]


def vector(latitude: float, longitude: float) -> Vector:
    """Degrees to metres from the centre of the Earth, at sea level."""
    phi, lam = radians(latitude), radians(longitude)
    normal = EQUATORIAL_RADIUS / sqrt(1 - ECCENTRICITY_SQUARED * sin(phi) ** 2)
    return normal * cos(phi) * cos(lam), normal * cos(phi) * sin(lam), normal * (1 - ECCENTRICITY_SQUARED) * sin(phi)


def distance(start: Vector, end: Vector) -> float:
    """Metres along the ground: the chord, bent to the mean curvature."""
    half = dist(start, end) / (2 * MEAN_RADIUS)
    return 2 * MEAN_RADIUS * asin(min(1.0, half))
