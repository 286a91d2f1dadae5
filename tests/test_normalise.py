from types import SimpleNamespace

import numpy as np
import pytest

from bonescan.normalise import min_max

IMAGES = np.array([[[0, 2], [4, 4]], [[3, 3], [3, 3]], [[2, 10], [2, 6]]])


def test_each_image_by_itself():
    expected = [[[0, 0.5], [1, 1]], [[0, 0], [0, 0]], [[0, 1], [0, 0.5]]]
    result = min_max(IMAGES, "image")
    assert result.tolist() == expected and result.dtype == np.float32


def test_all_images_together():
    np.testing.assert_allclose(min_max(IMAGES, "dataset"), IMAGES / 10, rtol=1e-6)


def test_unknown_range_is_named():
    with pytest.raises(ValueError, match="'row'"):
        min_max(IMAGES, "row")


def test_script(tmp_path):
    import normalise

    np.save(tmp_path / "counts.npy", IMAGES)
    normalise.main(
        SimpleNamespace(
            input=SimpleNamespace(images=tmp_path / "counts.npy"),
            output=SimpleNamespace(images=tmp_path / "images.npy"),
            params=SimpleNamespace(over="image"),
        )
    )
    assert np.load(tmp_path / "images.npy").max(axis=(1, 2)).tolist() == [1, 0, 1]
