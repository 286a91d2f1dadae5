"""What the parts of a split get of each label."""

import numpy as np
import pytest
from sklearn.model_selection import train_test_split

from bonescan.parts import smallest_classes


@pytest.mark.parametrize(
    ("numbers", "ratio", "expected"),
    [
        ([220, 126], (7, 3), {"train": 88, "test": 38}),
        ([4, 4], (7, 3), {"train": 2, "test": 1}),
        ([10, 1], (7, 3), {"train": 1, "test": 0}),
        ([220, 126], (1, 1000), {"train": 0, "test": 126}),
    ],
)
def test_smallest_classes_by_hand(numbers, ratio, expected):
    assert smallest_classes(numbers, ratio) == expected


def test_smallest_classes_are_those_of_the_split():
    rng = np.random.default_rng(0)
    for _ in range(200):
        numbers, ratio = rng.integers(2, 40, 2).tolist(), rng.integers(1, 10, 2).tolist()
        truth = np.repeat([0, 1], numbers)
        expected = smallest_classes(numbers, ratio)
        try:
            parts = train_test_split(truth, test_size=ratio[1] / sum(ratio), stratify=truth, random_state=0)
        except ValueError:  # a part of one
            assert not min(expected.values())
            continue
        found = [np.bincount(part, minlength=2).min() for part in parts]
        # of equal fractions chance rounds one up
        tie = 2 * numbers[0] * len(parts[0]) % (2 * sum(numbers)) == sum(numbers)
        assert np.abs(np.array(found) - list(expected.values())).max() <= tie
