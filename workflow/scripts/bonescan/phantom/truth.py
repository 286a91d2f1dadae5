"""Masks of what is where in a view: bones, organs, body, lesions, benign foci.

In a mask of regions, bit i of a pixel stands for `REGIONS[i]`, because bones lie over one another in a planar view.
"""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import binary_closing

from bonescan.phantom.assembly import Skeleton
from bonescan.phantom.scene import Points
from bonescan.phantom.shown import Shown
from bonescan.phantom.soft_tissue import SLAB_MM, Body
from bonescan.terms import VIEW_SHAPE

REGIONS = (
    "skull",
    "cervical spine",
    "thoracic spine",
    "lumbar spine",
    "sacrum",
    "ribs",
    "sternum",
    "shoulder girdle",
    "pelvis",
    "arms",
    "legs",
    "bladder",
    "kidneys",
    "body",
    "metastasis",
    "benign focus",
)
LIMBS = {"arms": ("humerus", "forearm", "hand"), "legs": ("femur", "patella", "tibia", "fibula", "foot")}
# physicians draw a focus where it falls to half of its maximum
CONTOUR = 0.5
# pixels with less tissue than this along the ray (mm) lie outside the body
SKIN_MM = SLAB_MM / 2


def mask(regions: np.ndarray, name: str) -> np.ndarray:
    """Where one region lies.

    Parameters
    ----------
    regions : ndarray, uint16
        Bits of `REGIONS`.
    name : str
        One of `REGIONS`.

    Returns
    -------
    ndarray, the same shape, bool
    """
    return (regions >> REGIONS.index(name)) & 1 == 1


def region_of(bone: str, group: str) -> str:
    """Return the name in `REGIONS` for a bone of the skeleton and its group, such as ``left hand`` and ``hand``."""
    if group == "spine":
        return "sacrum" if bone == "sacrum" else f"{bone.split()[0]} spine"
    for limb, groups in LIMBS.items():
        if group in groups:
            return limb
    if group not in REGIONS:
        raise ValueError(f"expected a bone of one of the regions {', '.join(REGIONS)}, got {bone!r} of {group!r}")
    return group


def anatomy(bones: Skeleton, places: Points, body: Body) -> np.ndarray:
    """Bones, organs and body outline as projected to the front.

    Parameters
    ----------
    bones : bonescan.phantom.assembly.Skeleton
    places : bonescan.phantom.scene.Points
        Of the skeleton's points.
    body : bonescan.phantom.soft_tissue.Body

    Returns
    -------
    ndarray, shape (1024, 256), uint16
        Bits of `REGIONS`, in the columns of the anterior view.
    """
    regions = np.zeros(VIEW_SHAPE, np.uint16)
    rows, columns = np.rint(places.row).astype(int), np.rint(places.column).astype(int)
    seen = np.flatnonzero((rows >= 0) & (rows < VIEW_SHAPE[0]) & (columns >= 0) & (columns < VIEW_SHAPE[1]))
    order = seen[np.argsort(bones.owner[seen].astype(np.uint16), kind="stable")]
    ends = np.cumsum(np.bincount(bones.owner[seen], minlength=len(bones.names)))
    for bone, group, member in zip(bones.names, bones.regions, np.split(order, ends[:-1]), strict=True):
        if len(member):
            silhouette, window = _silhouette(rows[member], columns[member])
            regions[window] |= _bit(region_of(bone, group)) * silhouette
    inside = slice(body.top, body.top + body.density.shape[1])
    regions[inside] |= _bit("body") * (body.density.sum(axis=0) * SLAB_MM >= SKIN_MM)
    for organ, outline in body.outlines.items():
        regions[inside] |= _bit(organ) * outline
    return regions


def _bit(name: str) -> np.uint16:
    return np.uint16(1 << REGIONS.index(name))


def _silhouette(rows: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, tuple[slice, slice]]:
    """Pixels that points hit, without the holes between points, and the window of the image that holds them."""
    window = tuple(slice(at.min(), at.max() + 1) for at in (rows, columns))
    hit = np.zeros([part.stop - part.start + 2 for part in window], bool)
    hit[rows - window[0].start + 1, columns - window[1].start + 1] = True
    return binary_closing(hit, np.ones((3, 3)))[1:-1, 1:-1], window


def contour(patch: np.ndarray) -> np.ndarray:
    """Pixels of a noise-free focus, hot or cold, beyond half of its maximum: ndarray of `patch`'s shape, bool."""
    size = np.abs(patch)
    return size > CONTOUR * size.max()


def number_foci(patches: Sequence[tuple[np.ndarray, tuple[slice, slice]]]) -> np.ndarray:
    """Return the number of the focus to which each pixel belongs.

    Parameters
    ----------
    patches : sequence of (ndarray, tuple of slice)
        What each focus adds to the view, and where.

    Returns
    -------
    ndarray, shape (1024, 256), uint8
        0 for none, else the place of a focus in `patches`, from 1; where several overlap, of the one with most counts.
    """
    numbers, most = np.zeros(VIEW_SHAPE, np.uint8), np.zeros(VIEW_SHAPE)
    for number, (patch, window) in enumerate(patches, 1):
        size = np.abs(patch)
        wins = contour(patch) & (size > most[window])
        numbers[window][wins] = number
        most[window][wins] = size[wins]
    return numbers


def masks(regions: np.ndarray, lesions: Shown, foci: Shown, view: str) -> dict[str, np.ndarray]:
    """The masks of one view as displayed.

    Parameters
    ----------
    regions : ndarray, shape (1024, 256), uint16
        As from `anatomy`.
    lesions, foci : bonescan.phantom.shown.Shown
        Metastases and benign foci.
    view : {"anterior", "posterior"}

    Returns
    -------
    dict of str to ndarray, shape (1024, 256)
        ``regions`` (uint16), ``lesions`` and ``foci`` (uint8).
    """
    regions = regions.copy()
    images = {"regions": regions}
    for name, key, shown in (("metastasis", "lesions", lesions), ("benign focus", "foci", foci)):
        patches = shown.patches.get(view, [])
        images[key] = number_foci(patches)
        for (patch, window), row in zip(patches, shown.rows.get(view, []), strict=True):
            if row["visible"]:
                regions[window] |= _bit(name) * contour(patch)
    return {name: image if view == "anterior" else image[:, ::-1] for name, image in images.items()}
