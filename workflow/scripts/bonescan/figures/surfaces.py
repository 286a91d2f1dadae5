"""Figure 1: counts of whole-body views as surfaces."""

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, PowerNorm
from matplotlib.figure import Figure

from bonescan.figures.style import MARK, new_figure, say, styled

_SHADES = LinearSegmentedColormap.from_list("shades", colormaps["bone_r"](np.linspace(0.04, 0.9, 256)))
"""Pale where cold, so that the floor recedes; dark where hot, as on a scan."""

_BLOCK = (8, 4)
"""Rows and columns of a view behind one node of the surface: small enough for ribs, coarse enough to print."""


def reduce_to_peaks(counts: np.ndarray, block: tuple[int, int] = _BLOCK) -> np.ndarray:
    """Return the largest counts of each block of a view, so that small hot spots keep their height.

    Parameters
    ----------
    counts : ndarray, shape (rows, columns)
        Padded with 0 to whole blocks.

    Returns
    -------
    ndarray, shape (ceil(rows / block rows), ceil(columns / block columns))
    """
    counts = np.pad(counts, [(0, -side % length) for side, length in zip(counts.shape, block, strict=True)])
    rows, columns = (side // length for side, length in zip(counts.shape, block, strict=True))
    return counts.reshape(rows, block[0], columns, block[1]).max(axis=(1, 3))


@styled
def draw_surfaces(panels: list[tuple[str, np.ndarray | None, np.ndarray | None]], provenance: dict) -> Figure:
    """Draw one surface per view, x width, y height, z counts, with the metastases ringed.

    Parameters
    ----------
    panels : list of (str, ndarray or None, ndarray or None)
        Title, counts of shape (rows, columns), mask of the metastases of the same shape, bool. Without counts the
        title says why.
    """
    note = f"Surface: largest counts in blocks of {_BLOCK[0]} rows and {_BLOCK[1]} columns. Ringed: metastases."
    figure = new_figure(84, provenance, note)
    columns = figure.subfigures(1, len(panels), squeeze=False)[0]
    for number, (title, counts, mask) in enumerate(panels):
        if counts is None:
            axes = columns[number].add_subplot()
            say(axes, title)
        else:
            # placed by hand: the layout engine does not know how far a 3-D panel's labels reach
            frame = (0.025, 0.02, 0.9, 0.98)
            axes = columns[number].add_axes(frame, projection="3d", computed_zorder=False)
            _draw_surface(axes, counts, mask)
        columns[number].suptitle(f"({'ab'[number]}) {title}" if mask is not None else "", x=0.02, ha="left", fontsize=8)
    return figure


def _draw_surface(axes: Axes, counts: np.ndarray, mask: np.ndarray) -> None:
    from skimage.measure import find_contours

    peaks = reduce_to_peaks(counts).astype(float)
    rows = (np.arange(peaks.shape[0]) + 0.5) * _BLOCK[0]
    columns = (np.arange(peaks.shape[1]) + 0.5) * _BLOCK[1]
    axes.plot_surface(
        *np.meshgrid(columns, rows),
        peaks,
        cmap=_SHADES,
        norm=PowerNorm(0.5, vmin=0, vmax=max(1.0, peaks.max())),
        rstride=1,
        cstride=1,
        linewidth=0,
        antialiased=False,
        rasterized=True,
    )
    for ring in find_contours(np.pad(mask, 1).astype(float), 0.5):
        ring -= 1
        near = counts[mask & _ring_frame(mask.shape, ring)]
        height = near.max() if near.size else 0
        axes.plot(ring[:, 1], ring[:, 0], height, color=MARK, linewidth=1.2, zorder=10)
    axes.set(xlim=(0, counts.shape[1]), ylim=(counts.shape[0], 0), zlim=(0, max(1.0, peaks.max())))
    axes.set_xlabel("Width (pixels)", labelpad=-6)
    axes.set_ylabel("Height (pixels)", labelpad=4)
    axes.set_zlabel("Counts a pixel", labelpad=-6)
    axes.tick_params(pad=-2, labelsize=6)
    axes.set_xticks(np.linspace(0, counts.shape[1], 3))
    axes.set_box_aspect((1, 2.6, 0.9), zoom=0.97)
    axes.view_init(elev=38, azim=-38)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.pane.set(facecolor="white", edgecolor="#D9D9D9", linewidth=0.4)
        axis._axinfo["grid"].update(color="#E6E6E6", linewidth=0.4)


def _ring_frame(size: tuple[int, int], ring: np.ndarray) -> np.ndarray:
    """Return the pixels in the bounding box of a ring, shape `size`, bool."""
    (top, left), (bottom, right) = (
        np.floor(ring.min(axis=0)).astype(int),
        np.ceil(ring.max(axis=0)).astype(int),
    )
    frame = np.zeros(size, dtype=bool)
    frame[max(top, 0) : bottom + 1, max(left, 0) : right + 1] = True
    return frame
