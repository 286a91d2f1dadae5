"""The gamma camera: attenuation, collimator and intrinsic blur, scatter, detector background and Poisson noise.

Energy 140.5 keV (Tc-99m). Broad-beam attenuation of water is about 0.12 /cm. A low-energy high-resolution system has
7.4 mm full width at half maximum (FWHM) at 10 cm and about 10-11 mm at 15-20 cm: an intrinsic 3.8 mm in quadrature
with a collimator part that grows linearly with distance.
"""

import numpy as np
from scipy.ndimage import gaussian_filter

MU_PER_MM = 0.012
INTRINSIC_FWHM_MM = 3.8
COLLIMATOR_FWHM_MM = 1.76
COLLIMATOR_FWHM_PER_MM = 0.0459
SCATTER_FRACTION = 0.30
# most photons scattered within the energy window changed direction little and stay near; the rest spread over the trunk
SCATTER_SIGMA_MM = (13.0, 42.0)
SCATTER_SHARE = (0.7, 0.3)
# distance of the anterior head's face from the highest point of the body, and of the posterior head's from the skin
# on the table
ANTERIOR_GAP_MM = 40.0
POSTERIOR_GAP_MM = 55.0
FWHM_PER_SIGMA = 2.0 * np.sqrt(2.0 * np.log(2.0))
# linear interpolation onto pixels widens a cloud of points by f (1 - f) pixel2, 1/6 on the average over the offset f
SPLAT_VARIANCE = 1.0 / 6.0


def fwhm(distance: np.ndarray | float) -> np.ndarray | float:
    """Spatial resolution at `distance` (mm) from the collimator's face: FWHM in mm."""
    return np.hypot(INTRINSIC_FWHM_MM, COLLIMATOR_FWHM_MM + COLLIMATOR_FWHM_PER_MM * np.asarray(distance, float))


def variance(distance: np.ndarray | float, pixel: float) -> np.ndarray | float:
    """Variance (pixel2) of the blur at `distance` (mm); `pixel` is the pixel spacing in mm."""
    return (fwhm(distance) / FWHM_PER_SIGMA / pixel) ** 2


def transmission(density: np.ndarray, slab: float) -> np.ndarray:
    """Part of the photons of each voxel that leaves the body towards the front.

    Parameters
    ----------
    density : ndarray, shape (slabs, rows, columns), float32
        Attenuation relative to water.
    slab : float
        Thickness of a slab, mm.

    Returns
    -------
    ndarray, shape (slabs, rows, columns), float32
        exp(-mu d), d the water-equivalent path from the slab's middle to the front.
    """
    path = np.empty(density.shape, np.float32)
    before = np.zeros(density.shape[1:], np.float32)
    # slab by slab, because numpy's cumsum along the first axis is several times slower
    for here, through in zip(density, path, strict=True):
        np.add(before, np.float32(0.5) * here, out=through)
        before += here
    path *= np.float32(-MU_PER_MM * slab)
    return np.exp(path, out=path)


def project(emitted: np.ndarray, slab: float, gap: float, pixel: float) -> np.ndarray:
    """Blur each slab according to its distance from the collimator, and add the slabs.

    The blur's variance grows with distance, so it is added in steps on the way from the farthest slab to the nearest:
    each step convolves with a short kernel that has exactly the missing variance and a Gaussian's fourth moment.

    Parameters
    ----------
    emitted : ndarray, shape (slabs, rows, columns), float32
        Attenuated activity, the nearest slab first.
    slab, gap, pixel : float
        Thickness of a slab, distance from the collimator to the first slab's near face, and pixel spacing, mm.

    Returns
    -------
    ndarray, shape (rows, columns), float32
    """
    wanted = variance(gap + (np.arange(len(emitted)) + 0.5) * slab, pixel)
    image = emitted[-1].copy()
    for k in range(len(emitted) - 2, -1, -1):
        _widen(image, wanted[k + 1] - wanted[k])
        image += emitted[k]
    return gaussian_filter(image, np.sqrt(max(wanted[0] - SPLAT_VARIANCE, 0.0)), mode="constant")


def _widen(image: np.ndarray, added: float) -> None:
    """Convolve in place along both axes with a Gaussian of variance `added` (at most 0.5 pixel2).

    To second order in the variance v, exp(v/2 d2/dx2), with the second difference D for d2/dx2 + d4/dx4 / 12. Nothing
    leaves the image at its borders.
    """
    first, second = np.float32(added / 2), np.float32(added**2 / 8 - added / 24)
    for axis in (0, 1):
        view = image if axis == 0 else image.T
        curvature = _second_difference(view)
        view += first * curvature + second * _second_difference(curvature)


def _second_difference(image: np.ndarray) -> np.ndarray:
    """Second difference along the first axis; its sum is 0, because the borders reflect."""
    slope = np.diff(image, axis=0)
    out = np.zeros_like(image)
    out[:-1] += slope
    out[1:] -= slope
    return out


def scatter(primary: np.ndarray, thickness: np.ndarray, pixel: float) -> np.ndarray:
    """Add scattered photons: a broad, low component that arises where there is tissue.

    Parameters
    ----------
    primary : ndarray, shape (rows, columns), float32
        Unscattered counts, after broad-beam attenuation.
    thickness : ndarray, the same shape
        Water-equivalent thickness of the body along the ray, mm.
    pixel : float
        Pixel spacing, mm.

    Returns
    -------
    ndarray, shape (rows, columns), float32
        With the same sum as `primary`; `SCATTER_FRACTION` of it is scattered.
    """
    block = 4
    rows, columns = primary.shape
    padded = np.pad(primary, ((0, -rows % block), (0, -columns % block)))
    coarse = padded.reshape(padded.shape[0] // block, block, -1, block).mean(axis=(1, 3))
    spread = sum(
        share * gaussian_filter(coarse, sigma / pixel / block, mode="constant")
        for share, sigma in zip(SCATTER_SHARE, SCATTER_SIGMA_MM, strict=True)
    )
    fine = np.kron(spread, np.ones((block, block), np.float32))[:rows, :columns]
    fine = gaussian_filter(fine, 0.6 * block, mode="nearest") * (0.02 * thickness.max() + thickness)
    fine = gaussian_filter(fine, fwhm(120.0) / FWHM_PER_SIGMA / pixel, mode="constant")
    return (1 - SCATTER_FRACTION) * primary + fine * (SCATTER_FRACTION * primary.sum() / fine.sum())


def expect(image: np.ndarray, counts: float, background: float) -> np.ndarray:
    """Expected counts of each pixel.

    Parameters
    ----------
    image : ndarray, shape (rows, columns), float
        Relative count rates.
    counts : float
        Expected counts of the whole image from the body.
    background : float
        Expected counts a pixel that do not come from the body.

    Returns
    -------
    ndarray, shape (rows, columns), float64
    """
    return image.astype(float) * (counts / image.sum()) + background


def expose(expected: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Count photons.

    Parameters
    ----------
    expected : ndarray, shape (rows, columns), float64
        Expected counts of each pixel.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (rows, columns), uint16
    """
    return np.minimum(rng.poisson(expected), np.iinfo(np.uint16).max).astype(np.uint16)
