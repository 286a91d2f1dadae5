"""Stage 1, removing noise: thr_N, the maximum outside the body, found by sweeping the view (Figure 2)."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

BLOCK = 4  # side of the block sums on which body and background are told apart, pixels
BODY_LEVEL = 0.04  # of the bright parts' counts: lies between background and thigh, even at a tenth of the usual counts
MARGIN = 2  # blocks between the body and what counts as outside: scattered photons surround the body
MOST_NOISE = 0.4  # share of the counts that thr_N may remove; on real views it is 0.09 to 0.25
FEW_COUNTS = 1.8  # a pixel of the body; a real scan thinned to 0.36 million counts has 2.9
FLAT = 16  # equal pixels in a row up to the picture's edge; photons leave no such run of anything but zeros
SUM = 3  # side of the neighbourhood that is summed where counts are few, pixels
SAFE_PERCENTILE = 99.9  # of the outside, taken where its maximum would remove more than MOST_NOISE


@dataclass(frozen=True)
class Denoised:
    """A view without its noise, and what stage 1 found to remove it.

    Attributes
    ----------
    view : ndarray, shape (rows, columns), uint16
        The view without noise: counts less than `thr_n` are 0.
    thr_n : int
        The threshold of noise, counts.
    body : ndarray, shape (rows, columns), bool
        The body area, to the block of 4 x 4 pixels.
    outside : ndarray, shape (rows, columns), bool
        What counts as outside the body: neither body nor other hot objects, with a margin to both.
    """

    view: np.ndarray
    thr_n: int
    body: np.ndarray
    outside: np.ndarray


def find_body(view: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Tell the body from what is outside, on block sums of counts.

    The body is the largest connected area that is brighter than the background by a small share of the picture's bright
    parts. Other bright areas (an injection line, a urine bag, a marker) are neither body nor outside. Streaks that
    near-lossless compression draws from the body to the picture's edge are background.

    Parameters
    ----------
    view : ndarray, shape (rows, columns), uint16
        Both multiples of 4.

    Returns
    -------
    body, outside : ndarray, shape (rows, columns), bool
    """
    rows, columns = view.shape
    blocks = remove_streaks(view).reshape(rows // BLOCK, BLOCK, columns).sum(axis=1, dtype=np.float32)
    blocks = blocks.reshape(rows // BLOCK, columns // BLOCK, BLOCK).sum(axis=2)
    blocks = ndimage.uniform_filter(blocks, 3, mode="nearest")
    background = np.median(blocks[:, [0, -1]])
    bright = blocks > background + BODY_LEVEL * (np.percentile(blocks, 90) - background)
    areas, _ = ndimage.label(bright)
    sizes = np.bincount(areas.ravel())
    sizes[0] = 0
    body = ndimage.binary_fill_holes((areas == sizes.argmax()) & bright)
    outside = ~ndimage.binary_dilation(bright | body, iterations=MARGIN)
    return tuple(mask.repeat(BLOCK, axis=0).repeat(BLOCK, axis=1) for mask in (body, outside))


def remove_streaks(view: np.ndarray) -> np.ndarray:
    """Return the view with the level of its edges in every long run of one value that reaches the left or right edge.

    JPEG-LS codes such a run by its first pixel as long as the others differ by no more than the error allowed (ISO/IEC
    14495-1, run mode), so that the body's last pixel of a row goes on to the picture's edge. A run of the picture's
    greatest value is no streak but a body too bright for its bits.

    Parameters
    ----------
    view : ndarray, shape (rows, columns), uint16

    Returns
    -------
    ndarray, the same shape and dtype
    """
    level = np.median(view[:, [0, -1]]).astype(view.dtype)
    cleaned = view.copy()
    for rows in (cleaned, cleaned[:, ::-1]):
        edge = rows[:, :1]
        flat = (edge[:, 0] != level) & (edge[:, 0] < view.max()) & (rows[:, :FLAT] == edge).all(axis=1)
        run = np.logical_and.accumulate(rows[flat] == edge[flat], axis=1)
        rows[flat] = np.where(run, level, rows[flat])
    return cleaned


def remove_noise(view: np.ndarray, rule: str | float) -> tuple[Denoised, list[str]]:
    """Set counts less than thr_N to 0.

    Parameters
    ----------
    view : ndarray, shape (rows, columns), uint16
        Counts.
    rule : "maximum" or float
        thr_N: the maximum outside the body, or a percentile of the counts there.

    Returns
    -------
    denoised : Denoised
    reasons : list of str
        Why it may be wrong; every stage returns such a list.
    """
    body, outside = find_body(view)
    everywhere = np.bincount(view.ravel())
    pixels = np.bincount(view[outside])
    thr_n = _threshold(pixels, rule)
    reasons = []
    # DEVIATION: a maximum that would wipe out much of the body is not noise, but something hot outside it
    counts = everywhere * np.arange(len(everywhere))
    if counts[:thr_n].sum() > MOST_NOISE * counts.sum():
        reasons.append(f"thr_N {thr_n} would remove more than {MOST_NOISE:.0%} of the counts")
        thr_n = _threshold(pixels, SAFE_PERCENTILE)
    return Denoised(view * (view >= thr_n), thr_n, body, outside), reasons


def sum_few_counts(view: np.ndarray, denoised: Denoised, rule: str | float) -> tuple[Denoised, list[str]]:
    """Return the picture to find landmarks in: the view, or, where its counts are few, sums of 3 x 3 pixels.

    Where most pixels of the soft tissue hold one count or none, thr_N leaves nothing but bone, and the profile has not
    the edges of the body.

    Parameters
    ----------
    view : ndarray, shape (rows, columns), uint16
    denoised : Denoised
        The view without its noise.
    rule : "maximum" or float
        As for `remove_noise`.

    Returns
    -------
    denoised : Denoised
    reasons : list of str
    """
    pixels = np.count_nonzero(denoised.body)
    mean = view[denoised.body].sum(dtype=np.int64) / max(1, pixels)
    if mean >= FEW_COUNTS or not pixels:
        return denoised, []
    # DEVIATION: the paper counts the elements of the view itself, however few photons it holds
    sums = np.rint(ndimage.uniform_filter(view.astype(np.float32), SUM, mode="constant") * SUM**2)
    return remove_noise(sums.astype(np.uint32), rule)[0], [f"few counts: {mean:.1f} a pixel of the body"]


def _threshold(pixels: np.ndarray, rule: str | float) -> int:
    """Return thr_N; 0 where nothing is outside.

    It removes at least three quarters of the outside: where lossy compression lifted all zeros to one, the maximum may
    be one too, and a threshold of one removes nothing.

    Parameters
    ----------
    pixels : ndarray, shape (greatest count + 1,), int
        How many pixels outside the body have 0, 1, 2 ... counts.
    """
    if not pixels.sum():
        return 0
    below = pixels.cumsum() / pixels.sum()
    noise = len(pixels) - 1 if rule == "maximum" else np.searchsorted(below, rule / 100)
    # DEVIATION: the paper takes the maximum as it is
    return int(max(noise, np.searchsorted(below, 0.75) + 1))
