"""What is read from a GPX file, and what is refused in which words."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tracks import NotATrack, Recording
from app.tracks.gpx import MOST_POINTS, read
from tests.app.gpx import document, northwards, point, track

BOMB = b'<!DOCTYPE gpx [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><gpx><trk><name>&b;</name></trk></gpx>'
FETCH = b'<!DOCTYPE gpx SYSTEM "file:///etc/passwd"><gpx/>'

REFUSED = {
    "nothing": (b"", "cannot be read as XML"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "cannot be read as XML"),
    "half a file": (track(northwards())[:300], "cannot be read as XML"),
    "another XML": (b"<kml><Document/></kml>", "XML about: kml"),
    "an entity bomb": (BOMB, "document type"),
    "an outside entity": (FETCH, "document type"),
    "no points": (document(""), "this file has no points"),
    "one point": (track([point(47, 11)]), "1 point(s)"),
    "waypoints only": (document('<wpt lat="47" lon="11"/><wpt lat="48" lon="11"/>'), "2 waypoint(s) and no track"),
    "a pole too far": (track([point(91, 11), point(47, 11)]), "not on Earth: latitude 91.0"),
    "no number": (track(['<trkpt lat="nan" lon="11"/>', point(47, 11)]), "not on Earth: latitude nan"),
    "a word for a number": (track(['<trkpt lat="north" lon="11"/>', point(47, 11)]), "cannot be read"),
    "no longitude": (track(['<trkpt lat="47"/>', point(47, 11)]), "cannot be read"),
    "too many points": (track(['<trkpt lat="1" lon="2"/>'] * (MOST_POINTS + 1)), "the limit is 100,000: 100,001"),
    "too many elements": (b"<gpx>" + b"<a/>" * 1_500_001 + b"</gpx>", "too many XML elements"),
}


@pytest.mark.parametrize(("data", "says"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_a_track_is_refused_with_the_reason(data: bytes, says: str) -> None:
    with pytest.raises(NotATrack) as refusal:
        read(data)
    assert says in str(refusal.value)


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(document)))
def test_whatever_is_sent_is_a_track_or_refused(data: bytes) -> None:
    with suppress(NotATrack):
        assert isinstance(read(data), Recording)


def test_a_document_type_that_appears_only_when_a_namespace_is_taken_out_has_no_effect() -> None:
    """gpxpy's own parser removes the namespace from the text, and would meet the entity after that."""
    hidden = b"<gpx><!-- - xmlns=''-> <!DOC xmlns=''TYPE gpx [<!ENTITY a 'ha'>]> --></gpx>"
    with pytest.raises(NotATrack):
        read(hidden)


def test_namespace_declarations_without_end_are_read_in_no_time() -> None:
    """A megabyte that keeps gpxpy's own parser busy for hours."""
    with pytest.raises(NotATrack):
        read(b"<gpx>" + b" xmlns" * 200_000 + b"</gpx>")


def test_points_have_degrees_metres_and_utc() -> None:
    recording = read(track([point(47.5, 11.25, 612.5, 0), point(47.5, 11.26)]))
    assert recording.name == "Morning run"
    assert recording.sport == "running"
    assert recording.segments == (
        ((47.5, 11.25, 612.5, datetime(2026, 5, 1, 8, tzinfo=UTC)), (47.5, 11.26, None, None)),
    )


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2026-05-01T08:00:00Z", datetime(2026, 5, 1, 8, tzinfo=UTC)),
        ("2026-05-01T10:00:00+02:00", datetime(2026, 5, 1, 8, tzinfo=UTC)),
        ("2026-05-01T08:00:00.250Z", datetime(2026, 5, 1, 8, 0, 0, 250_000, tzinfo=UTC)),
        ("2026-05-01T08:00:00", datetime(2026, 5, 1, 8, tzinfo=UTC)),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2026-05-01T08:00:00+99:00", None),
    ],
)
def test_times_are_utc_or_unknown(written: str, read_as: datetime | None) -> None:
    first = f'<trkpt lat="47" lon="11"><time>{written}</time></trkpt>'
    assert read(track([first, point(47, 11)])).segments[0][0].time == read_as


@pytest.mark.parametrize(
    ("written", "read_as"), [("inf", None), ("nan", None), ("-1e9", None), ("-12.5", -12.5), (" 8 ", 8.0)]
)
def test_an_elevation_that_no_place_has_is_unknown(written: str, read_as: float | None) -> None:
    first = f'<trkpt lat="47" lon="11"><ele>{written}</ele></trkpt>'
    assert read(track([first, point(47, 11)])).segments[0][0].elevation == read_as


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_names_outside_ascii_survive_in_every_encoding_that_devices_write(encoding: str) -> None:
    text = track(northwards(), name="Über die Höhe").decode().replace('encoding="UTF-8"', f'encoding="{encoding}"')
    assert read(text.encode(encoding)).name == "Über die Höhe"


def test_tracks_and_segments_follow_one_another_and_lone_points_are_left_out() -> None:
    one = f"<trk><trkseg>{point(1, 1)}{point(1, 2)}</trkseg><trkseg>{point(5, 5)}</trkseg></trk>"
    two = f"<trk><name>Second</name><trkseg>{point(2, 1)}{point(2, 2)}</trkseg></trk>"
    recording = read(document(one + two))
    assert [[p.latitude for p in segment] for segment in recording.segments] == [[1, 1], [2, 2]]
    assert recording.name == "Second"


def test_a_planned_route_is_read_where_there_is_no_track() -> None:
    route = '<rte><name>Plan</name><rtept lat="47" lon="11"/><rtept lat="47.1" lon="11"/></rte>'
    assert len(read(document(route)).segments[0]) == 2
    assert len(read(document(route + f"<trk><trkseg>{''.join(northwards())}</trkseg></trk>")).segments[0]) == 11


def test_prefixes_extensions_and_version_1_0_are_no_obstacle() -> None:
    prefixed = (
        track(northwards())
        .replace(b"xmlns=", b"xmlns:g=")
        .replace(b"<", b"<g:")
        .replace(b"<g:/", b"</g:")
        .replace(b"<g:?", b"<?")
    )
    pulse = track([p.replace("</trkpt>", "<extensions><hr>140</hr></extensions></trkpt>") for p in northwards()])
    old = track(northwards()).replace(b'version="1.1"', b'version="1.0"').replace(b"GPX/1/1", b"GPX/1/0")
    assert read(prefixed) == read(pulse) == read(track(northwards()))
    assert read(old).segments == read(pulse).segments
