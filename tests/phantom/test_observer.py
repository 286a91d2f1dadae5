import numpy as np
import pytest

from bonescan.phantom.observer import matched_filter


def test_the_filter_has_the_closed_form_mean_and_spread():
    rng = np.random.default_rng(1)
    absent = np.full((20, 20), 9.0)
    present = absent.copy()
    present[8:12, 8:12] = 12.0
    without = [matched_filter(rng.poisson(absent), present, absent) for _ in range(2000)]
    # standard error of the mean of 2000 standardised scores 0.022, of their standard deviation 0.016
    assert np.mean(without) == pytest.approx(0.0, abs=0.1)
    assert np.std(without) == pytest.approx(1.0, abs=0.06)
    # 16 pixels with 3 more than 9 counts each: 16 * 3 / sqrt(16 * 9)
    found = [matched_filter(rng.poisson(present), present, absent) for _ in range(2000)]
    assert np.mean(found) == pytest.approx(4.0, abs=0.1)
