"""Lesions and benign foci as a view shows them: what each adds, and whether it can be seen."""

from collections.abc import Sequence

import numpy as np

from bonescan.phantom import camera
from bonescan.phantom.focus import Focus
from bonescan.phantom.habitus import Habitus
from bonescan.phantom.scene import Points, Scene, locate
from bonescan.phantom.soft_tissue import Body

# a focus counts as visible when the noise-limited ideal observer's signal-to-noise ratio and its peak over the
# surroundings allow
VISIBLE_SNR = 5.0
VISIBLE_PEAK = 0.20


class Shown:
    """Foci as they appear in each view.

    Parameters
    ----------
    scene : bonescan.phantom.scene.Scene
    posture : bonescan.phantom.habitus.Habitus
    body : bonescan.phantom.soft_tissue.Body
    box : tuple of int
        Thorax box as from `bonescan.phantom.patient.thorax_box`.
    counts, background : dict of str to float
        Expected counts of each view from the body, and of each pixel from elsewhere.

    Attributes
    ----------
    rows : dict of str to list of dict
        For each view a row a focus, for the truth tables.
    patches : dict of str to list of (ndarray, tuple of slice)
        What each focus adds to the view, and where.
    images : dict of str to ndarray, shape (1024, 256), float64
        The views with the foci added.
    """

    def __init__(
        self,
        scene: Scene,
        posture: Habitus,
        body: Body,
        box: tuple[int, int, int, int],
        counts: dict[str, float],
        background: dict[str, float],
    ):
        self._scene = scene
        self._posture = posture
        self._body = body
        self._box = box
        self._counts = counts
        self._background = background
        self.rows = {}
        self.patches = {}
        self.images = {}

    def show(self, foci: Sequence[Focus], images: dict[str, np.ndarray]) -> None:
        """Add foci to the views `images`, which stay as they are."""
        self.images = {view: image.copy() for view, image in images.items()}
        self.rows = {view: [] for view in images}
        self.patches = {view: [] for view in images}
        for focus in foci:
            points = locate(focus.points, self._posture, self._body)
            for view, image in images.items():
                patch, window = self._scene.glimpse(points, focus.activity, view)
                shown = self.images[view][window]
                # a cold focus takes away no more than there is
                patch = np.maximum(patch, -shown)
                shown += patch
                self.patches[view].append((patch, window))
                self.rows[view].append(self._describe(focus, points, patch, window, image, view))

    def list_visible(self, view: str) -> list[dict]:
        """Return the rows of the foci that can be seen in a view."""
        return [row for row in self.rows.get(view, ()) if row["visible"]]

    def expect_without_foci(self, view: str) -> np.ndarray:
        """Return the expected counts of a view without the visible foci within the thorax box."""
        image = self.images[view].copy()
        for (patch, window), row in zip(self.patches[view], self.rows[view], strict=True):
            if row["visible"] and row["in_thorax"]:
                image[window] -= patch
        counts = self._counts[view] * image.sum() / self.images[view].sum()
        return camera.expect(self._scene.add_scatter(image), counts, self._background[view])

    def _describe(
        self, focus: Focus, points: Points, patch: np.ndarray, window: tuple[slice, slice], image: np.ndarray, view: str
    ) -> dict:
        """Return the row of one focus in one view for the truth tables."""
        share = focus.activity / focus.activity.sum()
        row, column = float(points.row @ share), float(points.column @ share)
        half_rows, half_cols = (
            float(2 * np.sqrt((at - mean) ** 2 @ share + 1.2))
            for at, mean in ((points.row, row), (points.column, column))
        )
        # photons scattered away from a focus no longer count for it, but stay in the background under it
        scale = self._counts[view] / image.sum()
        signal = patch * scale * (1 - camera.SCATTER_FRACTION)
        under = image[window] * scale + self._background[view]
        snr = float(np.sqrt((signal**2 / np.maximum(under + signal, self._background[view])).sum()))
        strongest = np.abs(signal).argmax()
        peak = float(abs(signal.flat[strongest]) / under.flat[strongest])
        row0, row1, col0, col1 = self._box
        inside = row0 <= row < row1 and col0 <= column < col1
        return {
            "kind": focus.kind,
            "bone": focus.bone,
            "region": focus.region,
            "part": focus.part,
            "site": focus.site,
            "row": round(row, 2),
            "col": round(column if view == "anterior" else 255 - column, 2),
            "half_rows": round(half_rows, 2),
            "half_cols": round(half_cols, 2),
            "size_mm": round(focus.size, 2),
            "contrast": round(focus.contrast, 3),
            "counts": round(float(signal.sum()), 2),
            "peak_ratio": round(peak, 3),
            "detectability": round(snr, 3),
            "visible": int(snr >= VISIBLE_SNR and peak >= VISIBLE_PEAK),
            "in_thorax": int(inside),
        }
