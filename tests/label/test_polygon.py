"""The pixels of a polygon are scikit-image's, bit for bit, and come soon for thousands of corners."""

import time

import numpy as np
import pytest
from skimage.draw import polygon2mask

from bonescan.label import polygon

SIZE = (64, 48)


@pytest.mark.parametrize(
    ("corners", "pixels"),
    [
        ([(1, 2), (1, 4), (3, 4), (3, 2)], 9),  # an edge through the centres belongs to it
        ([(1.5, 2.5), (1.5, 4.5), (3.5, 4.5), (3.5, 2.5)], 4),
        ([(0, 0), (4, 4), (4, 0), (0, 4)], 16),  # crosses itself: two triangles, without the point where they meet
        ([(2, 2), (2, 2), (2, 2)], 1),
        ([(2.2, 2.2), (2.4, 2.3), (2.3, 2.4)], 0),
        ([(-5, -5), (-5, 100), (100, 100), (100, -5)], 64 * 48),
        ([(70, 3), (80, 3), (75, 9)], 0),
    ],
)
def test_pixels_by_hand(corners, pixels):
    mask = polygon.fill_polygon(np.array(corners, float), SIZE)
    assert mask.shape == SIZE and mask.dtype == bool and mask.sum() == pixels


@pytest.mark.parametrize("step", [1, 0.5, 0.01, 0])
def test_pixels_are_those_of_scikit_image(step):
    rng = np.random.default_rng(7)
    for _ in range(300):
        corners = rng.uniform((-6, -6), (70, 54), (int(rng.integers(3, 30)), 2))
        if rng.random() < 0.3:  # small ones, and edges along rows and columns
            corners = corners[:1] + corners / 9
        corners = np.round(corners / step) * step if step else corners
        if rng.random() < 0.3:
            corners = np.repeat(corners, 2, axis=0)[1:]
        assert np.array_equal(polygon.fill_polygon(corners, SIZE), polygon2mask(SIZE, corners))


def test_thousands_of_corners_are_no_matter(monkeypatch):
    size, turn = (1024, 256), np.linspace(0, 2 * np.pi, 8000, endpoint=False)
    corners = np.column_stack([512 + 500 * np.sin(turn), 128 + 120 * np.cos(turn)])
    jagged = np.column_stack([np.tile([0.3, 1023.0], 4000), np.linspace(0, 255, 8000)])
    for points, most in ((corners, 0.5), (jagged, 5)):
        begin = time.perf_counter()
        mask = polygon.fill_polygon(points, size)
        assert time.perf_counter() - begin < most
        monkeypatch.setattr(polygon, "PAIRS", 1000)
        assert np.array_equal(polygon.fill_polygon(points, size), mask), "however many edges are taken at once"
        monkeypatch.undo()
