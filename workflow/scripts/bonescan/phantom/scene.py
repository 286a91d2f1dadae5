"""One patient before the camera: activity and attenuation volumes, and what single foci add to each view."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.ndimage import gaussian_filter

from bonescan.phantom import camera
from bonescan.phantom.habitus import Habitus
from bonescan.phantom.soft_tissue import SLAB_MM, Body
from bonescan.terms import VIEW_SHAPE


@dataclass(frozen=True)
class Points:
    """Where points of the reference body lie in the volume, each array of shape (n,).

    Attributes
    ----------
    slab : ndarray, float64
        Depth in slabs; the middle of slab k is at k.
    row : ndarray, float64
        Image row.
    column : ndarray, float64
        Image column, anterior view.
    """

    slab: np.ndarray
    row: np.ndarray
    column: np.ndarray

    def __getitem__(self, chosen: np.ndarray) -> "Points":
        return Points(self.slab[chosen], self.row[chosen], self.column[chosen])


def locate(points: ArrayLike, habitus: Habitus, body: Body) -> Points:
    """Place points (n, 3), mm in the reference frame, in a patient's volume (`bonescan.phantom.soft_tissue.Body`)."""
    x, y, z = np.asarray(points, float).T
    depth = body.front - habitus.height_above_table(y, z)
    return Points(depth / SLAB_MM - 0.5, habitus.rows(z), habitus.columns(x, z))


def deposit(volume: np.ndarray, points: Points, weights: np.ndarray, top: int) -> None:
    """Add weighted points to a volume by trilinear interpolation, in place; points beside the image add nothing.

    Parameters
    ----------
    volume : ndarray, shape (slabs, rows, columns), float32, C-contiguous
    points : Points
    weights : ndarray, shape (n,)
    top : int
        Image row of the volume's first row.
    """
    shape = volume.shape
    seen = (np.abs(2 * (points.row - top) - shape[1] + 1) < shape[1]) & (
        np.abs(2 * points.column - shape[2] + 1) < shape[2]
    )
    weights = weights * seen
    first, parts = 0, []
    for size, at in zip(shape, (points.slab, points.row - top, points.column), strict=True):
        at = np.clip(at, 0.0, size - 1.0)
        low = np.minimum(at.astype(np.int64), max(size - 2, 0))
        first = first * size + low
        parts.append(at - low)
    voxels = volume.reshape(-1)
    for up in np.ndindex(min(2, shape[0]), 2, 2):
        share = weights.copy()
        for part, high in zip(parts, up, strict=True):
            share *= part if high else 1 - part
        np.add.at(voxels, first + (up[0] * shape[1] + up[1]) * shape[2] + up[2], share.astype(volume.dtype))


class Scene:
    """A patient's body with its skeleton, seen by the two camera heads.

    Parameters
    ----------
    body : bonescan.phantom.soft_tissue.Body
    points : Points
        The skeleton's points.
    activity : ndarray, shape (n,)
        Their activity.
    pixel : float
        Pixel spacing, mm.
    views : sequence of {"anterior", "posterior"}
        Views that will be asked for.

    Attributes
    ----------
    images : dict of str to ndarray, shape (1024, 256), float64
        Unscattered expected counts of each view in relative units, in the columns of the anterior view.
    """

    def __init__(self, body: Body, points: Points, activity: np.ndarray, pixel: float, views: Sequence[str]):
        self._top = body.top
        self._pixel = pixel
        self._slabs = len(body.density)
        self._thickness = body.density.sum(axis=0) * SLAB_MM
        volume = body.activity.copy()
        deposit(volume, points, activity, body.top)
        self._transmission = {}
        self.images = {}
        for view in views:
            front_first = slice(None, None, 1 if view == "anterior" else -1)
            through = camera.transmission(body.density[front_first], SLAB_MM)
            image = camera.project(volume[front_first] * through, SLAB_MM, self._gap(view), pixel)
            self._transmission[view] = through[front_first]
            self.images[view] = np.zeros(VIEW_SHAPE)
            self.images[view][body.top : body.top + image.shape[0]] = image

    def _gap(self, view: str) -> float:
        return camera.ANTERIOR_GAP_MM if view == "anterior" else camera.POSTERIOR_GAP_MM

    def glimpse(self, points: Points, activity: np.ndarray, view: str) -> tuple[np.ndarray, tuple[slice, slice]]:
        """What a few points near one another add to a view.

        Their blur is that of their mean depth; attenuation is each point's own.

        Parameters
        ----------
        points : Points
        activity : ndarray, shape (n,)
        view : {"anterior", "posterior"}

        Returns
        -------
        patch : ndarray, shape (h, w), float64
        window : tuple of slice
            Rows and columns of the patch in the 1024 x 256 image of the anterior view.
        """
        through = self._transmission[view]
        slab = np.clip(points.slab, 0.0, self._slabs - 1.0)
        near = np.minimum(slab.astype(int), max(self._slabs - 2, 0))
        row = np.clip(np.rint(points.row).astype(int) - self._top, 0, through.shape[1] - 1)
        column = np.clip(np.rint(points.column).astype(int), 0, 255)
        # interpolated between the slabs' middles, as in `deposit`: 12 mm of tissue take 13 % of the photons
        ahead, behind = through[near, row, column], through[np.minimum(near + 1, self._slabs - 1), row, column]
        weights = activity * (ahead + (slab - near) * (behind - ahead))
        share = activity / activity.sum()
        order = (points.slab * share).sum()
        distance = (order if view == "anterior" else self._slabs - 1 - order) + 0.5
        spread = camera.variance(self._gap(view) + distance * SLAB_MM, self._pixel) - camera.SPLAT_VARIANCE
        margin = int(np.ceil(4 * np.sqrt(spread))) + 2
        r0, r1 = max(0, int(points.row.min()) - margin), min(VIEW_SHAPE[0], int(points.row.max()) + margin + 2)
        c0, c1 = max(0, int(points.column.min()) - margin), min(VIEW_SHAPE[1], int(points.column.max()) + margin + 2)
        patch = np.zeros((1, max(r1 - r0, 2), max(c1 - c0, 2)), np.float32)
        deposit(patch, Points(np.zeros_like(points.row), points.row, points.column - c0), weights, r0)
        window = (slice(r0, r0 + patch.shape[1]), slice(c0, c0 + patch.shape[2]))
        return gaussian_filter(patch[0], np.sqrt(spread), mode="constant"), window

    def add_scatter(self, image: np.ndarray) -> np.ndarray:
        """Add scattered photons to a view's image, shape (1024, 256)."""
        rows = slice(self._top, self._top + self._thickness.shape[0])
        out = np.zeros_like(image)
        out[rows] = camera.scatter(image[rows].astype(np.float32), self._thickness, self._pixel)
        return out
