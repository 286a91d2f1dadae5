import numpy as np
import pytest

from bonescan.phantom import camera

PIXEL = 2.4
SLAB = 12.0


def width(profile):
    """Full width at half maximum (pixels) of a Gaussian profile with the same variance."""
    at = np.arange(len(profile))
    mean = (at * profile).sum() / profile.sum()
    return camera.FWHM_PER_SIGMA * np.sqrt(((at - mean) ** 2 * profile).sum() / profile.sum())


def test_resolution_is_that_of_a_high_resolution_collimator():
    assert camera.fwhm(100.0) == pytest.approx(7.4, rel=0.01)
    assert 10.0 < camera.fwhm(175.0) < 11.0


@pytest.mark.parametrize("slab", [0, 7, 15])
def test_a_point_source_is_blurred_as_its_depth_asks(slab):
    emitted = np.zeros((16, 81, 91), np.float32)
    # a point between four pixels, at the offset whose interpolation adds the 1/6 pixel2 that `project` expects
    offset = 0.5 - np.sqrt(1 / 12)
    for row, part in ((40, 1 - offset), (41, offset)):
        for column, other in ((45, 1 - offset), (46, offset)):
            emitted[slab, row, column] = part * other
    image = camera.project(emitted, SLAB, 30.0, PIXEL)
    wanted = camera.fwhm(30.0 + (slab + 0.5) * SLAB)
    assert image.sum() == pytest.approx(1.0, abs=1e-4)
    assert width(image.sum(axis=0)) * PIXEL == pytest.approx(wanted, rel=0.02)
    assert width(image.sum(axis=1)) * PIXEL == pytest.approx(wanted, rel=0.02)


def test_attenuation_follows_the_path_to_the_head():
    density = np.zeros((10, 1, 2), np.float32)
    density[2:8, 0, 0] = 1.0
    through = camera.transmission(density, SLAB)
    # slab 5 is the fourth of six filled ones: 3.5 slabs of 12 mm lie before its middle, at 0.12 /cm
    assert through[5, 0, 0] == pytest.approx(np.exp(-0.12 * 4.2), rel=1e-5)
    assert through[9, 0, 0] == pytest.approx(np.exp(-0.12 * 7.2), rel=1e-5)
    assert np.all(through[:, 0, 1] == 1.0)


def test_scatter_keeps_the_counts_and_stays_in_the_body():
    primary = np.zeros((120, 100), np.float32)
    primary[60, 50] = 100.0
    thickness = np.zeros_like(primary)
    thickness[20:100, 20:80] = 200.0
    image = camera.scatter(primary, thickness, PIXEL)
    assert image.sum() == pytest.approx(100.0, rel=1e-4)
    assert image[60, 50] == pytest.approx(100 * (1 - camera.SCATTER_FRACTION), rel=0.05)
    assert image[:, :10].sum() < 0.1


def test_counts_are_poisson():
    rng = np.random.default_rng(3)
    image = np.ones((100, 100), np.float32)
    frames = np.stack([camera.expose(camera.expect(image, 50_000.0, 0.5), rng) for _ in range(20)])
    assert frames.dtype == np.uint16
    # 20 frames of 55 000 expected counts: the mean's standard error is sqrt(55000 / 20) = 52
    assert frames.sum(axis=(1, 2)).mean() == pytest.approx(55_000, abs=4 * 52)
    assert frames.var() == pytest.approx(5.5, rel=0.03)
