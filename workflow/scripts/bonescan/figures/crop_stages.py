"""Figures 2 and 3: how the thorax is cropped from one view."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from bonescan.crop import Crop
from bonescan.figures.style import (
    ACCENT,
    FAINT,
    MARK,
    add_counts_bar,
    ceiling,
    letter,
    new_figure,
    show_counts,
    styled,
)

_NAME = {"ha": "right", "va": "bottom", "fontsize": 6, "color": ACCENT}


@dataclass(frozen=True)
class Stage:
    """What one stage of the crop leaves of a view.

    Attributes
    ----------
    title : str
    counts : ndarray, shape (rows, columns)
        What is left, at its place in the view.
    box : (int, int, int, int)
        First and last row, first and last column of what the next stage keeps, half open.
    """

    title: str
    counts: np.ndarray
    box: tuple[int, int, int, int] | None = None


def stages(view: np.ndarray, crop: Crop) -> list[Stage]:
    """Return what the paper's stages leave of a view, before the last one fills in the background.

    Parameters
    ----------
    view : ndarray, shape (rows, columns), uint16
        Counts.
    crop : Crop
        Of this view.
    """
    marks, columns = crop.landmarks, (0, view.shape[1])
    # crown or toes of a body that is cut off lie beyond the picture
    crown, toes = max(0, marks["crown"]), min(len(view), marks["toes"])
    body = (crown, toes, *columns)
    trunk = (marks["shoulder"], marks["trunk_end"], *columns)
    clean = crop.denoised.view
    return [
        Stage("original", view),
        Stage("noise\nremoved", clean, body),
        Stage("body area", _keep_box(clean, body), trunk),
        Stage("head and\nlegs removed", _keep_box(clean, trunk), crop.box),
        Stage("pelvis\nremoved", _keep_box(clean, crop.box)),
    ]


def _keep_box(view: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    """Return a view with background outside a box."""
    row0, row1, col0, col1 = box
    left = np.zeros_like(view)
    left[row0:row1, col0:col1] = view[row0:row1, col0:col1]
    return left


@styled
def draw_stages(view: np.ndarray, crop: Crop, image: str, provenance: dict) -> Figure:
    """Draw the stages of the crop side by side, and the thoracic image they end in (Figure 2).

    Parameters
    ----------
    view : ndarray, shape (rows, columns), uint16
        Counts.
    crop : Crop
        Of this view.
    image : str
        Its name.
    """
    left = stages(view, crop)
    note = f"{image}: thr$_N$ = {crop.denoised.thr_n} counts, σ = {crop.sigma} rows. Boxed: what the next stage keeps."
    figure = new_figure(98, provenance, note)
    panels = figure.subplots(1, len(left) + 1, width_ratios=[*[1] * len(left), 2.1])
    black = ceiling(view)
    for number, stage in enumerate(left):
        shown = show_counts(panels[number], stage.counts, black)
        if stage.box is not None:
            _draw_frame(panels[number], stage.box)
        letter(panels[number], number, stage.title)
    show_counts(panels[-1], crop.thorax, black)
    panels[-1].set_anchor("N")
    letter(panels[-1], len(left), f"filled with background\nto {crop.thorax.shape[0]} × {crop.thorax.shape[1]}")
    add_counts_bar(figure, shown, panels[-1], location="bottom", shrink=0.8, aspect=30)
    return figure


def _draw_frame(axes: Axes, box: tuple[int, int, int, int]) -> None:
    row0, row1, col0, col1 = box
    size = col1 - col0, row1 - row0
    corner = col0 - 0.5, row0 - 0.5
    axes.add_patch(Rectangle(corner, *size, fill=False, edgecolor=MARK, linewidth=0.9, clip_on=False))


@styled
def draw_profile(crop: Crop, image: str, provenance: dict) -> Figure:
    """Draw the body area, its row profile with the fitted curve, and the curve's derivatives (Figure 3).

    Parameters
    ----------
    crop : Crop
    image : str
        Name of its view.
    """
    profile, marks = crop.profile, crop.landmarks
    rows = profile.first_row + np.arange(len(profile.occupancy))
    words = "Dotted: the landmarks, refined on the counted profile; the names are the paper's."
    figure = new_figure(105, provenance, f"{image}. {words}")
    left, middle, right = figure.subplots(1, 3, width_ratios=[0.85, 2, 2], sharey=True)
    show_counts(left, _keep_box(crop.denoised.view, (rows[0], rows[-1] + 1, 0, crop.denoised.view.shape[1])))
    # show more or fewer columns to keep pixels square: with another height the panel would not share its rows
    left.set(adjustable="datalim", ylabel="Row of the view")
    left.set_yticks(range(0, len(crop.denoised.view), 100))

    middle.plot(profile.occupancy, rows, color=FAINT, linewidth=0.6, label="counted")
    middle.plot(profile.fitted, rows, color="black", label="fitted")
    middle.set_xlabel("Pixels with counts in the row")
    middle.set_xlim(0, 1.3 * profile.occupancy.max(initial=1))
    middle.legend(loc="upper right", bbox_to_anchor=(1, 0.35))

    above = right.twiny()
    above.spines["top"].set_visible(True)
    for panel, curve, colour, line, name in (
        (right, profile.first, ACCENT, "-", "First derivative (pixels a row)"),
        (above, profile.second, MARK, "--", "Second derivative (pixels a row²)"),
    ):
        panel.plot(curve, rows, color=colour, linestyle=line)
        # at its ends a polynomial swings far beyond what the body holds
        reach = 1.15 * np.abs(curve[len(curve) // 20 : -len(curve) // 20]).max(initial=0) or 1.0
        panel.set_xlim(-reach, reach)
        panel.set_xlabel(name, color=colour)
        panel.tick_params(axis="x", colors=colour)
    right.axvline(0, color=FAINT, linewidth=0.5)

    for (name, row), height in zip(marks.items(), move_apart(list(marks.values()), len(rows) / 35), strict=True):
        for panel in (left, middle, right):
            panel.axhline(row, color=ACCENT, linewidth=0.5, linestyle=":")
        middle.text(0.99, height, name.replace("_", " "), transform=middle.get_yaxis_transform(), **_NAME)
    left.set_ylim(rows[-1] + 12, rows[0] - 12)
    for number, (panel, title) in enumerate(((left, "body area"), (middle, "profile"), (right, "derivatives"))):
        letter(panel, number, title, pad=26)
    return figure


def move_apart(rows: list[float], gap: float) -> list[float]:
    """Return rows moved down just enough to stay `gap` apart, in the order given, so that names do not overlap."""
    order = np.argsort(rows, kind="stable")
    placed = list(map(float, rows))
    for before, after in pairwise(order):
        placed[after] = max(placed[after], placed[before] + gap)
    return placed
