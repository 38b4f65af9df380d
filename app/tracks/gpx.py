"""Reads a GPX file that a stranger sent.

The rule: nothing in the file may cost more than its size. gpxpy maps the elements to values, but its own reading of the
text searches it with regular expressions that a hostile file can make quadratic, and lets a file declare entities; so
the XML is parsed here, refused if it has a document type, freed of namespaces and extensions, and handed on as a tree.
"""

import codecs
from collections.abc import Sequence
from datetime import UTC, datetime
from math import isfinite
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from gpxpy.gpx import GPX, GPXException, GPXRoute, GPXRoutePoint, GPXTrack, GPXTrackPoint
from gpxpy.gpxfield import gpx_fields_from_xml

from app.tracks.recording import NotATrack, Point, Recording

MOST_POINTS = 100_000  # a point a second for 27 hours
MOST_TAGS = 1_500_000  # what bounds the memory of the tree: about 250 MB
HIGHEST = 100_000.0  # metres; beyond it an elevation is a device's way to say "unknown"


def read(data: bytes) -> Recording:
    """Read GPX 1.0 or 1.1: all its tracks, or its routes if it has no track.

    Raises `NotATrack` for anything else, and for a file without two points in a row.
    """
    root = _tree(_text(data))
    if root.tag != "gpx":
        raise NotATrack(f"This is not a GPX file; it is XML about: {root.tag[:80]}")
    _bound(root)
    try:
        # gpxpy says that it takes a string; it takes the element
        gpx: GPX = gpx_fields_from_xml(GPX(), root, root.get("version", "1.1"))  # type: ignore[arg-type]
    except GPXException as error:
        raise NotATrack(f"This GPX file has a value that cannot be read: {str(error)[:200]}") from error
    return _recording(gpx)


def _text(data: bytes) -> str:
    """GPX is UTF-8 by custom; old devices write Latin-1 and some programs UTF-16."""
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _tree(text: str) -> Element:
    """Without a document type there are no entities to expand and nothing outside the file to fetch."""
    if "<!DOCTYPE" in text:
        raise NotATrack("This file declares a document type (<!DOCTYPE …>), which GPX has no use for; remove it.")
    if text.count("<") > MOST_TAGS:
        raise NotATrack(f"This file has too many XML elements; the limit is {MOST_TAGS // 2:,}.")
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError) as error:
        raise NotATrack(f"This is not a GPX file; it cannot be read as XML: {error}") from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    for element in list(root.iter()):
        for extensions in element.findall("extensions"):
            element.remove(extensions)
    return root


def _bound(root: Element) -> None:
    points = sum(element.tag in {"trkpt", "rtept"} for element in root.iter())
    if points > MOST_POINTS:
        raise NotATrack(f"This file has too many points; the limit is {MOST_POINTS:,}: {points:,}")


def _recording(gpx: GPX) -> Recording:
    lines: list[Sequence[GPXTrackPoint | GPXRoutePoint]]
    lines = [segment.points for track in gpx.tracks for segment in track.segments]
    lines = lines if any(lines) else [route.points for route in gpx.routes]
    segments = tuple(tuple(_point(point) for point in line) for line in lines if len(line) > 1)
    if not segments:
        raise NotATrack(_without_a_line(sum(map(len, lines)), len(gpx.waypoints)))
    parts: list[GPXTrack | GPXRoute] = [*gpx.tracks, *gpx.routes]
    name = _first([gpx.name, *(part.name for part in parts)])
    return Recording(name, _first([part.type for part in parts]), segments)


def _first(texts: Sequence[str | None]) -> str | None:
    return next((text.strip()[:200] for text in texts if text and text.strip()), None)


def _without_a_line(points: int, waypoints: int) -> str:
    found = f"{points} point(s)" if points else f"{waypoints} waypoint(s) and no track" if waypoints else "no points"
    return f"There is no line to measure: a track needs two points in a row, and this file has {found}."


def _point(point: GPXTrackPoint | GPXRoutePoint) -> Point:
    latitude, longitude = float(point.latitude), float(point.longitude)
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):  # also refuses NaN
        raise NotATrack(f"This file has a point that is not on Earth: latitude {latitude}, longitude {longitude}")
    return Point(latitude, longitude, _elevation(point.elevation), _utc(point.time))


def _elevation(metres: float | None) -> float | None:
    return metres if metres is not None and isfinite(metres) and abs(metres) < HIGHEST else None


def _utc(time: datetime | None) -> datetime | None:
    """GPX says UTC, so a time without a zone is taken as that; one that no clock can show is as good as none."""
    if time is None or time.tzinfo is None:
        return time and time.replace(tzinfo=UTC)
    try:
        return time.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
