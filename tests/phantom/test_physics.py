"""The whole way from activity in a body to counts, against closed forms and a second, slow implementation."""

import numpy as np
import pytest
from scipy.optimize import curve_fit
from scipy.stats import chi2

from bonescan.phantom import camera, habitus, skeleton, soft_tissue
from bonescan.phantom.scene import Points, Scene, locate

VIEWS = ("anterior", "posterior")
PIXEL, SLAB, SLABS = 2.4, 12.0, 20
SIGMA = 1 / np.sqrt(8 * np.log(2))
# at this offset from a pixel's middle, linear interpolation widens a point by its average over all offsets
OFFSET = 0.5 - np.sqrt(1 / 12)


def resolution(distance):
    """FWHM (mm) at a distance (mm) from a low-energy high-resolution collimator: 7.4 mm at 10 cm."""
    return np.hypot(3.8, 1.76 + 0.0459 * distance)


def distance_to_head(slab, view):
    """Way (mm) from a slab's middle through water to the body's surface, and on to the collimator."""
    way = (slab + 0.5) * SLAB if view == "anterior" else (SLABS - slab - 0.5) * SLAB
    return way, way + (40.0 if view == "anterior" else 55.0)


def water(points, activity):
    """A point source in a tank of water without tracer, 24 cm deep."""
    empty = np.zeros((SLABS, 160, 256), np.float32)
    body = soft_tissue.Body(empty, np.ones_like(empty), 400, SLABS * SLAB, {})
    return Scene(body, points, activity, PIXEL, VIEWS)


def fitted_width(profile):
    """FWHM (mm) of a Gaussian fitted to a profile over pixels."""
    at = np.arange(len(profile))

    def bell(at, height, middle, sigma):
        return height * np.exp(-(((at - middle) / sigma) ** 2) / 2)

    (_, _, sigma), _ = curve_fit(bell, at, profile, (profile.max(), profile.argmax(), 2.0))
    return abs(sigma) / SIGMA * PIXEL


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("slab", [1.0, 4.5, 10.0, 13.3, 18.0])
def test_a_point_source_in_water_is_blurred_and_attenuated_by_its_depth(slab, view):
    source = Points(np.array([slab]), np.array([480 + OFFSET]), np.array([128 + OFFSET]))
    way, distance = distance_to_head(slab, view)
    # beside the source that is part of the scene, the same source as a focus of its own
    scene = water(source, np.array([1000.0]))
    patch, window = scene.glimpse(source, np.array([1000.0]), view)
    for image in (scene.images[view][window], patch):
        assert image.sum() == pytest.approx(1000.0 * np.exp(-0.012 * way), rel=0.02)
        for axis in (0, 1):
            assert fitted_width(image.sum(axis=axis)) == pytest.approx(resolution(distance), rel=0.02)


@pytest.fixture(scope="module")
def patient():
    rng = np.random.default_rng(8)
    posture = habitus.draw("F", PIXEL, dict.fromkeys(habitus.QUANTILES, 0.6), rng)
    bones = skeleton.build(posture, rng)
    body = soft_tissue.build(posture, rng)
    scene = Scene(body, locate(bones.points, posture, body), bones.activity, PIXEL, VIEWS)
    return body, scene


@pytest.mark.parametrize("view", VIEWS)
def test_counts_are_conserved_up_to_the_poisson_draw(patient, view):
    _, scene = patient
    primary = scene.images[view]
    scattered = scene.add_scatter(primary)
    assert scattered.sum() == pytest.approx(primary.sum(), rel=1e-3)
    assert (scattered >= 0).all()
    for image in (primary, scattered):
        expected = camera.expect(image, 530_000.0, 0.05)
        assert expected.sum() == pytest.approx(530_000 + 0.05 * expected.size, rel=1e-6)


def test_blur_is_that_of_a_slab_by_slab_convolution_and_keeps_the_counts(patient):
    body, _ = patient
    emitted = body.activity * camera.transmission(body.density, SLAB)
    image = camera.project(emitted, SLAB, 40.0, PIXEL)
    assert image.sum() == pytest.approx(emitted.sum(), rel=1e-3)

    # the transfer function of a Gaussian on a grid with room for its tails
    padded = [size + 64 for size in image.shape]
    frequency = np.hypot(np.fft.fftfreq(padded[0])[:, None], np.fft.rfftfreq(padded[1]))
    spectrum = 0
    for number, slab in enumerate(emitted.astype(float)):
        variance = (resolution(40.0 + (number + 0.5) * SLAB) * SIGMA / PIXEL) ** 2 - 1 / 6
        spectrum = spectrum + np.fft.rfft2(slab, padded) * np.exp(-2 * (np.pi * frequency) ** 2 * variance)
    reference = np.fft.irfft2(spectrum, padded)[: image.shape[0], : image.shape[1]]
    inner = (slice(12, -12),) * 2
    assert np.abs(image - reference)[inner].max() < 0.02 * reference.max()
    bright = reference[inner] > 0.02 * reference.max()
    assert bright.sum() > 10_000
    assert image[inner][bright] == pytest.approx(reference[inner][bright], rel=0.02)


def test_repeated_draws_have_poisson_statistics_in_every_pixel(patient):
    _, scene = patient
    rng = np.random.default_rng(9)
    expected = camera.expect(scene.add_scatter(scene.images["posterior"]), 530_000.0, 0.05)
    bright = expected > 4
    draws = np.array([camera.expose(expected, rng)[bright] for _ in range(50)], float)
    mean, variance = draws.mean(axis=0), draws.var(axis=0, ddof=1)
    # each pixel's index of dispersion is chi-square with 49 degrees of freedom, their sum with 49 a pixel
    dispersion = (49 * variance / mean).sum()
    degrees = 49 * bright.sum()
    assert bright.sum() > 10_000
    assert 0.001 < chi2.cdf(dispersion, degrees) < 0.999
    assert 0.001 < chi2.cdf(((draws - expected[bright]) ** 2 / expected[bright]).sum(), draws.size) < 0.999
    # neighbouring draws know nothing of each other
    deviation = (draws - expected[bright]) / np.sqrt(expected[bright])
    assert abs((deviation[1:] * deviation[:-1]).mean()) < 5 / np.sqrt(deviation[1:].size)
