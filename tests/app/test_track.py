"""What is measured, on recordings whose answers are known beforehand."""

from datetime import datetime

import pytest

from app.tracks import Track, measure
from app.tracks.gpx import read
from tests.app.gpx import START, northwards, point, track

KILOMETRE = 1111.9  # a hundredth of a degree of latitude at 47° N


def measured(*segments: list[str]) -> Track:
    return measure(read(track(*segments)))


def test_a_climb_to_the_north_is_measured_in_metres_and_seconds() -> None:
    summary = measured(northwards(11, climb=10)).summary
    assert summary.distance == pytest.approx(KILOMETRE, abs=0.5)
    assert (summary.duration, summary.moving) == (300, 300)
    assert (summary.climb, summary.descent) == (100, 0)
    assert (summary.lowest, summary.highest) == (500, 600)
    assert summary.started == START


def test_a_rest_counts_in_the_duration_and_not_in_the_moving_time() -> None:
    there = [point(47, 11, seconds=0), point(47.001, 11, seconds=30)]
    rested = [point(47.001, 11.00001, seconds=330), point(47.002, 11, seconds=360)]
    summary = measured(there + rested).summary
    assert (summary.duration, summary.moving) == (360, 60)


def test_the_way_between_two_segments_is_not_the_runners() -> None:
    here = [point(47, 11, seconds=0), point(47.001, 11, seconds=30)]
    far = [point(48, 11, seconds=3600), point(48.001, 11, seconds=3630)]
    track = measured(here, far)
    assert track.summary.distance == pytest.approx(222.4, abs=0.2)
    assert (track.summary.duration, track.summary.moving) == (3630, 60)
    assert track.drawing.path == (((11, 47), (11, 47.001)), ((11, 48), (11, 48.001)))


def test_of_the_noise_on_flat_ground_next_to_nothing_is_climb() -> None:
    """Summed up as it is, this is 750 m up and 750 m down."""
    flat = [point(47 + i * 1e-5, 11, 500 + (1.5 if i % 2 else -1.5)) for i in range(500)]
    summary = measured(flat).summary
    assert summary.climb is not None
    assert summary.descent is not None
    assert summary.climb + summary.descent < 3


def test_hills_are_climbed_and_descended() -> None:
    heights = [*range(500, 600), *range(600, 550, -1), *range(550, 650)]
    summary = measured([point(47 + i * 1e-4, 11, height) for i, height in enumerate(heights)]).summary
    assert summary.climb == pytest.approx(200, abs=8)
    assert summary.descent == pytest.approx(50, abs=6)


@pytest.mark.parametrize("unknown", ["climb", "descent", "lowest", "highest", "duration", "moving", "started"])
def test_what_the_device_did_not_write_down_is_unknown_and_not_zero(unknown: str) -> None:
    track = measured([point(47, 11), point(47.001, 11)])
    assert getattr(track.summary, unknown) is None
    assert track.drawing.profile == ()


def test_standing_still_is_no_distance_and_has_no_profile() -> None:
    track = measured([point(47, 11, 500, 0), point(47, 11, 500, 60)])
    assert (track.summary.distance, track.summary.moving, track.drawing.profile) == (0, 0, ())


def test_clocks_that_run_backwards_do_not_make_time_negative() -> None:
    summary = measured([point(47, 11, seconds=60), point(47.001, 11, seconds=0)]).summary
    assert (summary.started, summary.duration, summary.moving) == (START, 60, 0)
    assert isinstance(summary.started, datetime)


def test_the_profile_goes_evenly_from_the_start_to_the_end() -> None:
    profile = measured(northwards(1001, step=1e-5, climb=0.1)).drawing.profile
    assert len(profile) == 200
    assert profile[0] == (0, 500)
    assert profile[-1][0] == pytest.approx(KILOMETRE, abs=0.5)
    assert profile[-1][1] == 600


def test_a_long_recording_of_many_segments_is_drawn_with_few_points() -> None:
    segments = [[point(47 + i * 1e-4, 11 + (i % 7) * 1e-4), point(47 + i * 1e-4, 11.01)] for i in range(4000)]
    track = measured(*segments)
    assert sum(map(len, track.drawing.path)) <= 500
    assert sum(map(len, track.summary.sketch)) <= 48


def test_a_track_across_the_date_line_is_drawn_in_one_piece() -> None:
    ((start, end),) = measured([point(-17, 179.99), point(-17, -179.99)]).drawing.path
    assert (start, end) == ((179.99, -17), (180.01, -17))
