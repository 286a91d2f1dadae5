"""The real scan beside a phantom view, with the regions of interest, and their four curves over each other."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from bonescan.figures.style import ACCENT, COLOURS, FAINT, MARK, ceiling, letter, new_figure, show_counts, styled

REGIONS = {"spine": COLOURS[5], "flank": COLOURS[4], "ribs": COLOURS[3], "thigh": COLOURS[6]}
LINEAR = "profile"


@styled
def draw_likeness(
    pictures: list[tuple],
    real: list,
    bands: list[np.ndarray],
    compared: pd.DataFrame,
    views: int,
    provenance: dict,
    note: str = "",
) -> Figure:
    """Draw the comparison.

    Parameters
    ----------
    pictures : list of (str, ndarray shape (rows, columns), dict of str to ndarray of bool, (int, int))
        Title, counts, regions of interest, and the first row shown and the one after the last.
    real : list of bonescan.phantom_quality.likeness.Curve
    bands : list of ndarray, shape (3, n)
        5th, 50th, 95th percentile of the phantom views for each curve.
    compared : DataFrame
        From `bonescan.phantom_quality.likeness.compare`.
    views : int
        Phantom views behind the bands.
    note : str
    """
    figure = new_figure(128, provenance, note)
    tallest = max(last - first for _, _, _, (first, last) in pictures)
    left, right = figure.subfigures(1, 2, width_ratios=[1, 1.75])
    for number, (axes, picture) in enumerate(zip(left.subplots(1, len(pictures)), pictures, strict=True)):
        title, counts, masks, (first, last) = picture
        show_counts(axes, counts, ceiling(counts[first:last]))
        for name, mask in masks.items():
            if mask.any():
                axes.contour(mask, levels=[0.5], colors=REGIONS[name], linewidths=0.7)
        axes.set_ylim(first + tallest, first)  # the same height for both, so that they stand side by side
        letter(axes, number, title)
    handles = [Line2D([], [], color=colour, label=name) for name, colour in REGIONS.items()]
    left.legend(handles=handles, loc="outside lower center", ncols=4, handlelength=1, columnspacing=1)
    panels = right.subplots(2, 2).ravel()
    for number, (axes, curve, band, row) in enumerate(
        zip(panels, real, bands, compared.to_dict("records"), strict=True), start=len(pictures)
    ):
        axes.fill_between(curve.places, band[0], band[2], color=FAINT, alpha=0.4, linewidth=0)
        axes.plot(curve.places, band[1], color=ACCENT)
        axes.plot(curve.places, curve.values, color=MARK)
        if LINEAR not in curve.name:
            seen = np.concatenate([band[1], curve.values])
            axes.set(yscale="log", ylim=(max(3e-5, seen[seen > 0].min() / 2), seen.max() * 2))
            if curve.name == "count histogram":
                axes.set_xscale("log")
        else:
            axes.set_ylim(0, 1.15 * max(band[1].max(), curve.values.max()))  # full bladders reach higher
        axes.set(xlabel=curve.axis, ylabel=curve.unit)
        letter(axes, number, f"{curve.name[0].upper()}{curve.name[1:]}")
        text = f"factor {row['factor']:.2f}\n{row['outside']:.0%} outside"
        axes.text(0.98, 0.97, text, transform=axes.transAxes, ha="right", va="top", fontsize=7)
    handles = [
        Line2D([], [], color=MARK, label="real scan"),
        Line2D([], [], color=ACCENT, label=f"median of {views} phantom views"),
        Patch(color=FAINT, alpha=0.4, linewidth=0, label="5 to 95 % of them"),
    ]
    right.legend(handles=handles, loc="outside lower center", ncols=3)
    return figure
