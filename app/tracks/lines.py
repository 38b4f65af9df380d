"""What is done to a line before it is measured or drawn: smooth it, sum its climbs, thin it out."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from itertools import accumulate
from math import inf

Position = tuple[float, float]


def smooth(positions: Sequence[float], values: Sequence[float], *, radius: float) -> list[float]:
    """The mean of the values within `radius` of each position; positions ascend.

    Towards the ends the window narrows evenly on both sides, so that a slope keeps its first and its last value.
    """
    sums = [0.0, *accumulate(values)]

    def around(position: float) -> float:
        reach = min(radius, position - positions[0], positions[-1] - position)
        first, after = bisect_left(positions, position - reach), bisect_right(positions, position + reach)
        return (sums[after] - sums[first]) / (after - first)

    return [around(position) for position in positions]


def climbs(elevations: Sequence[float], *, threshold: float) -> tuple[float, float]:
    """Metres up and metres down; a change counts once it is `threshold` away from the last one that counted."""
    up = down = 0.0
    level = elevations[0]
    for elevation in elevations:
        change = elevation - level
        if abs(change) >= threshold:
            up, down, level = up + max(change, 0), down - min(change, 0), elevation
    return up, down


def resample(positions: Sequence[float], values: Sequence[float], *, count: int) -> list[Position]:
    """`count` pairs at even steps from the first position to the last, each value interpolated."""
    first, last = positions[0], positions[-1]
    return [_at(first + (last - first) * step / (count - 1), positions, values) for step in range(count)]


def _at(position: float, positions: Sequence[float], values: Sequence[float]) -> Position:
    after = min(max(bisect_right(positions, position), 1), len(positions) - 1)
    start, end = positions[after - 1], positions[after]
    share = (position - start) / (end - start) if end > start else 0.0
    return position, values[after - 1] + share * (values[after] - values[after - 1])


def simplify(line: Sequence[Position], *, most: int) -> list[int]:
    """The indices of the `most` points that matter to the eye, ends included.

    Visvalingam & Whyatt, "Line generalisation by repeated elimination of points" (1993): the point that spans the
    smallest triangle with its neighbours goes first.
    """
    last = len(line) - 1
    before, after = list(range(-1, last)), list(range(1, last + 2))
    sizes = [inf, *(_triangle(line, i - 1, i, i + 1) for i in range(1, last)), inf]
    smallest = [(size, index) for index, size in enumerate(sizes) if size < inf]
    heapify(smallest)
    gone: set[int] = set()
    while len(line) - len(gone) > max(most, 2):
        size, index = heappop(smallest)
        if index in gone or size != sizes[index]:
            continue
        gone.add(index)
        left, right = before[index], after[index]
        after[left], before[right] = right, left
        for neighbour in {left, right} - {0, last}:
            sizes[neighbour] = max(size, _triangle(line, before[neighbour], neighbour, after[neighbour]))
            heappush(smallest, (sizes[neighbour], neighbour))
    return [index for index in range(len(line)) if index not in gone]


def _triangle(line: Sequence[Position], a: int, b: int, c: int) -> float:
    (ax, ay), (bx, by), (cx, cy) = line[a], line[b], line[c]
    return abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2
