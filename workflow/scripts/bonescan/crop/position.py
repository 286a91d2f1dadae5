"""How the patient lies in the picture: head up or down, arms down or up, seen from the front or from the back."""

import numpy as np
from scipy import ndimage

from bonescan.crop.noise import Denoised
from bonescan.crop.profile import Profile

# share of the counts in the upper half of the body; .71 on a real scan, .77 to .89 on the phantom's
HEAD_UP = 0.4
HEAD = 0.11  # rows of the head, fraction of the height
HEAD_WIDTH = 0.16  # of the height; a head with nothing beside it has .09 to .12 in its widest rows
ARMS_UP = "arms up"
HEAD_UP_PERCENTILE = 95  # of the counts; hotter pixels (bladder, injection site) count as much as this, no more
LUMBAR, THORACIC = (0.31, 0.39), (0.20, 0.30)  # rows of the lumbar and of the thoracic spine, fractions of the height
SPINE, FLANK, RIBS = 12, (30, 55), (20, 50)  # distance from the middle, columns of 2.4 mm
# ratio of lumbar spine to flank times that of thoracic spine to ribs. Real views (facts): lumbar 2.4 to 4.3 from the
# front, 5.5 to 9.1 from the back. Beyond these limits a single view has the wrong name
FRONT_AT_MOST, BACK_AT_LEAST = 30.0, 7.0
PARTS = 6  # into which the rows are cut; the median of the parts is taken, so that a hot lesion does not decide
SWAPPED = 0.9  # a pair is swapped if the posterior contrast is less than this share of the anterior one


def check_position(denoised: Denoised, profile: Profile) -> list[str]:
    """Return why the view does not show a patient with the head up and the arms down.

    Parameters
    ----------
    denoised : bonescan.crop.noise.Denoised
    profile : bonescan.crop.profile.Profile
    """
    last = profile.first_row + len(profile.occupancy)
    view, mask = (image[profile.first_row : last] for image in (denoised.view, denoised.body))
    seen = view[mask]
    seen = seen[seen > 0]
    if not seen.size:
        return []
    most = view.dtype.type(np.percentile(seen, HEAD_UP_PERCENTILE))
    rows = (np.minimum(view, most) * mask).sum(axis=1, dtype=np.int64)
    if rows[: profile.place(0.5)].sum() < HEAD_UP * rows.sum():
        return ["upside down"]
    head = denoised.body[max(0, profile.crown) : max(0, profile.crown + round(HEAD * profile.height))]
    head = head[head.any(axis=1)]
    width = head.shape[1] - head.argmax(axis=1) - head[:, ::-1].argmax(axis=1)
    # elbows stand out beside the head even where hands lie above it
    return [ARMS_UP] if len(head) and np.percentile(width, 90) > HEAD_WIDTH * profile.height else []


def spine_contrast(view: np.ndarray, profile: Profile, middle: float) -> float:
    """Return how much brighter the spine is than what is beside it: more from the back, to which it is nearer.

    The product of two ratios, of the lumbar spine to the flanks and of the thoracic spine to the ribs; 0 where they
    cannot be measured.

    Parameters
    ----------
    view : ndarray, shape (rows, columns), uint16
        Counts, noise included.
    profile : bonescan.crop.profile.Profile
    middle : float
        Column of the spine.
    """
    away = np.abs(np.arange(view.shape[1]) + 0.5 - middle)
    product = 1.0
    for (first, last), (near, far) in ((LUMBAR, FLANK), (THORACIC, RIBS)):
        rows = view[profile.first_row + profile.place(first) : profile.first_row + profile.place(last)]
        beside = (away > near) & (away < far)
        if len(rows) < PARTS or not beside.any():
            return 0.0
        parts = np.stack([part.mean(axis=0) for part in np.array_split(rows, PARTS)])
        around = np.median(parts[:, beside].mean(axis=1))
        if not around:
            return 0.0
        spine = ndimage.gaussian_filter1d(parts, 2, axis=1)[:, away < SPINE]
        product *= float(np.median(spine.max(axis=1, initial=0)) / around)
    return product


def check_view(view: str, contrast: float) -> list[str]:
    """Return why one view is not what its label says, `anterior` or `posterior`."""
    wrong = {"anterior": contrast > FRONT_AT_MOST, "posterior": 0 < contrast < BACK_AT_LEAST}.get(view, False)
    return [f"looks like no {view} view"] if wrong else []


def check_frames(anterior: float, posterior: float) -> list[str]:
    """Return why the labels of an examination's two views are swapped, judged by the views' spine contrasts."""
    return ["anterior and posterior swapped"] if anterior > posterior / SWAPPED > 0 else []
