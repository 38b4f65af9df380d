"""Smoothing, climbing, sampling and thinning out of lines."""

from itertools import pairwise
from math import cos, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tracks.lines import climbs, resample, simplify, smooth

elevations = st.lists(st.floats(-400, 9000), min_size=1, max_size=60)


def test_smoothing_takes_the_noise_and_leaves_a_slope_as_it_is() -> None:
    ways = [float(i) for i in range(200)]
    slope = [i * 0.1 for i in range(200)]
    noisy = [height + (0.8 if i % 2 else -0.8) for i, height in enumerate(slope)]
    assert smooth(ways, slope, radius=25) == pytest.approx(slope)
    assert smooth(ways, noisy, radius=25)[50:150] == pytest.approx(slope[50:150], abs=0.05)


@pytest.mark.parametrize(
    ("profile", "threshold", "expected"),
    [
        ([100, 200], 2, (100, 0)),
        ([100, 200, 150, 250], 2, (200, 50)),
        ([100, 101, 100, 101, 100], 2, (0, 0)),
        ([100, 101, 102, 103, 104], 2, (4, 0)),
        ([100], 2, (0, 0)),
    ],
    ids=["up", "up, down, up", "noise", "slowly up", "one point"],
)
def test_climbs_count_from_a_threshold(profile: list[float], threshold: float, expected: tuple[float, float]) -> None:
    assert climbs(profile, threshold=threshold) == expected


@given(elevations)
def test_up_less_down_is_the_difference_of_the_ends_but_for_the_threshold(profile: list[float]) -> None:
    up, down = climbs(profile, threshold=2)
    assert up >= 0 <= down
    assert up - down == pytest.approx(profile[-1] - profile[0], abs=2.001)


def test_samples_are_even_and_interpolated_from_end_to_end() -> None:
    assert resample([0, 10, 40], [0, 100, 400], count=5) == [(0, 0), (10, 100), (20, 200), (30, 300), (40, 400)]


def test_a_simplified_line_keeps_its_corners() -> None:
    corner = [(float(i), 0.0) for i in range(50)] + [(49.0, float(i)) for i in range(1, 50)]
    assert simplify(corner, most=3) == [0, 49, 98]


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=2, max_size=80), st.integers(2, 40))
def test_a_simplified_line_has_its_ends_in_order_and_no_more_points_than_asked(
    line: list[tuple[float, float]], most: int
) -> None:
    kept = simplify(line, most=most)
    assert len(kept) == min(most, len(line))
    assert (kept[0], kept[-1]) == (0, len(line) - 1)
    assert all(first < second for first, second in pairwise(kept))


def test_a_circle_of_five_thousand_points_stays_round_with_fifty() -> None:
    circle = [(cos(i / 795.8), sin(i / 795.8)) for i in range(5000)]
    gaps = [second - first for first, second in pairwise(simplify(circle, most=50))]
    assert max(gaps) < 3 * 5000 / 50
