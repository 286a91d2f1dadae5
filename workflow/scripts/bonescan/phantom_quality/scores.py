"""Ten simple scores of a thoracic image, of the kind that needs no network: what a sceptic would try first."""

from collections.abc import Callable

import numpy as np
from scipy import ndimage, stats
from skimage.morphology import disk, white_tophat

NARROW, BROAD = 3.0, 5.0  # pixels: a lesion of usual size under the camera's blur, and its surroundings
APART = 9  # pixels: side of the square in which a hot spot is the highest
SMOOTH = 2.0  # pixels: quietens the Poisson noise
TOP_HAT = 7  # pixels: radius of a disk about as wide as a vertebra (45 mm, 19 pixels)


def _filled_pixels(thorax: np.ndarray) -> np.ndarray:
    return thorax[thorax > 0].astype(float)


def _median(thorax: np.ndarray) -> float:
    filled = _filled_pixels(thorax)
    return float(np.median(filled)) if filled.size else 1.0


def _blobs(thorax: np.ndarray) -> np.ndarray:
    """Difference of Gaussians over the median."""
    counts = thorax.astype(np.float32)
    return (ndimage.gaussian_filter(counts, NARROW) - ndimage.gaussian_filter(counts, BROAD)) / _median(thorax)


def maximum(thorax: np.ndarray) -> float:
    """Brightest pixel over the median of the filled ones."""
    return float(thorax.max() / _median(thorax))


def percentile_999(thorax: np.ndarray) -> float:
    """99.9th percentile of the filled pixels over their median."""
    filled = _filled_pixels(thorax)
    return float(np.percentile(filled, 99.9) / _median(thorax)) if filled.size else 0.0


def area_hot(thorax: np.ndarray) -> float:
    """Pixels above five times the median: lesions, and the brightest of the spine."""
    return float((thorax > 5 * _median(thorax)).sum())


def area_half(thorax: np.ndarray) -> float:
    """Pixels above half the 99.9th percentile, over all filled: small where a few spots outshine the rest."""
    filled = _filled_pixels(thorax)
    return float((filled > np.percentile(filled, 99.9) / 2).mean()) if filled.size else 0.0


def blob(thorax: np.ndarray) -> float:
    """Highest difference of Gaussians: the most conspicuous spot."""
    return float(_blobs(thorax).max())


def hot_spots(thorax: np.ndarray) -> float:
    """Number of spots whose difference of Gaussians is above the median."""
    blobs = _blobs(thorax)
    return float(((ndimage.maximum_filter(blobs, APART) == blobs) & (blobs > 1)).sum())


def top_hat(thorax: np.ndarray) -> float:
    """Highest white top-hat of the smoothed image over the median: the spot that stands out most."""
    smoothed = ndimage.gaussian_filter(thorax.astype(np.float32), SMOOTH)
    return float(white_tophat(smoothed, disk(TOP_HAT)).max() / _median(thorax))


def asymmetry(thorax: np.ndarray) -> float:
    """99.5th percentile of the difference to the image mirrored about the spine, over the median."""
    smoothed = ndimage.gaussian_filter(thorax.astype(np.float32), SMOOTH)
    middle = smoothed.shape[1] // 2
    reach = middle // 4
    spine = middle - reach + int(smoothed[:, middle - reach : middle + reach].sum(axis=0).argmax())
    half = min(spine, smoothed.shape[1] - 1 - spine)
    part = smoothed[:, spine - half : spine + half + 1]
    return float(np.percentile(np.abs(part - part[:, ::-1]), 99.5) / _median(thorax))


def entropy(thorax: np.ndarray) -> float:
    """Entropy of the histogram of counts over the median, bits."""
    filled = _filled_pixels(thorax) / _median(thorax)
    numbers, _ = np.histogram(filled, bins=64, range=(0, 16))
    return float(stats.entropy(numbers, base=2)) if filled.size else 0.0


def kurtosis(thorax: np.ndarray) -> float:
    """Kurtosis of the filled pixels: long tails are hot spots."""
    filled = _filled_pixels(thorax)
    return float(stats.kurtosis(filled)) if filled.size and filled.std() > 0 else 0.0


SCORES: dict[str, Callable] = {
    "maximum : median": maximum,
    "99.9th percentile : median": percentile_999,
    "area above 5 medians": area_hot,
    "area above half the 99.9th percentile": area_half,
    "difference of Gaussians, highest": blob,
    "number of hot spots": hot_spots,
    "white top-hat, highest": top_hat,
    "left-right asymmetry": asymmetry,
    "entropy": entropy,
    "kurtosis": kurtosis,
}


def score(thorax: np.ndarray) -> dict[str, float]:
    """Return the ten scores of a thoracic image, shape (size, size), uint16, counts on a background of 0."""
    return {name: function(thorax) for name, function in SCORES.items()}
