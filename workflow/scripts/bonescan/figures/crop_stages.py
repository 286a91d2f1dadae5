"""Figures 2 and 3: how the thorax is cropped from one view."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from bonescan.figures.style import (
    ACCENT,
    FAINT,
    MARK,
    ceiling,
    counts_bar,
    letter,
    new_figure,
    show_counts,
    styled,
)


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


@styled
def draw_stages(stages: list[Stage], thorax: np.ndarray, title: str, provenance: dict) -> Figure:
    """Draw the stages of the crop side by side, and the thoracic image they end in (Figure 2).

    Parameters
    ----------
    stages : list of Stage
        Whole views, before the last stage.
    thorax : ndarray, shape (size, size)
        Thoracic image: the last stage.
    """
    note = f"{title}. Boxed: what the next stage keeps."
    figure = new_figure(92, provenance, note)
    panels = figure.subplots(1, len(stages) + 1, width_ratios=[*[1] * len(stages), 2.4])
    black = ceiling(stages[0].counts)
    for number, stage in enumerate(stages):
        panel = panels[number]
        shown = show_counts(panel, stage.counts, black)
        if stage.box is not None:
            _frame(panel, stage.box)
        letter(panel, number, stage.title)
    show_counts(panels[-1], thorax, black)
    letter(panels[-1], len(stages), f"filled to {thorax.shape[0]} × {thorax.shape[1]}")
    counts_bar(figure, shown, panels[-1], location="bottom", shrink=0.8, aspect=30)
    return figure


def _frame(axes, box: tuple[int, int, int, int]) -> None:
    row0, row1, col0, col1 = box
    size = col1 - col0, row1 - row0
    axes.add_patch(Rectangle((col0 - 0.5, row0 - 0.5), *size, fill=False, edgecolor=MARK, linewidth=0.9))


@dataclass(frozen=True)
class Profile:
    """The curves along the body of one view.

    Attributes
    ----------
    rows : ndarray, shape (n,)
        Rows of the view.
    counted, fitted : ndarray, shape (n,)
        Pixels with counts in each row, and the curve fitted to them.
    first, second : ndarray, shape (n,)
        Derivatives of the fitted curve, pixels a row and pixels a row squared.
    landmarks : dict of str to float
        Rows by name.
    """

    rows: np.ndarray
    counted: np.ndarray
    fitted: np.ndarray
    first: np.ndarray
    second: np.ndarray
    landmarks: dict[str, float]


@styled
def draw_profile(body: np.ndarray, profile: Profile, title: str, provenance: dict) -> Figure:
    """Draw the body area, its row profile with the fitted curve, and the curve's derivatives (Figure 3).

    Parameters
    ----------
    body : ndarray, shape (rows, columns)
        Whole view with everything outside the body area removed.
    """
    figure = new_figure(100, provenance, f"{title}.")
    left, middle, right = figure.subplots(1, 3, width_ratios=[1, 2, 2], sharey=True)
    top, bottom = profile.rows[0], profile.rows[-1]
    show_counts(left, body)
    left.set(yticks=[*range(0, body.shape[0] + 1, 100)], ylabel="Row of the view")
    left.set_xlim(-0.5, body.shape[1] - 0.5)

    middle.plot(profile.counted, profile.rows, color=FAINT, linewidth=0.7, label="counted")
    middle.plot(profile.fitted, profile.rows, color="black", label="fitted")
    middle.set_xlabel("Pixels with counts in the row")
    middle.legend(loc="lower right")

    for curve, colour, name, line in (
        (profile.first, ACCENT, "first derivative", "-"),
        (profile.second, MARK, "second derivative", "--"),
    ):
        largest = np.abs(curve).max() or 1
        label = f"{name} (1 = {largest:.2g} pixels a row{'²' if name.startswith('second') else ''})"
        right.plot(curve / largest, profile.rows, color=colour, linestyle=line, label=label)
    right.axvline(0, color=FAINT, linewidth=0.5)
    right.set(xlabel="Derivative, share of its largest", xlim=(-1.1, 1.1))
    right.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), borderaxespad=0)

    for name, row in profile.landmarks.items():
        for panel in (left, middle, right):
            panel.axhline(row, color=MARK, linewidth=0.5, linestyle=":")
        height = float(np.interp(row, profile.rows, profile.fitted))
        middle.plot(height, row, "o", color=MARK, markersize=3, zorder=4)
        middle.annotate(name, (height, row), xytext=(4, 3), textcoords="offset points", fontsize=6.5)
    left.set_ylim(bottom + 8, top - 8)
    for number, panel in enumerate((left, middle)):
        letter(panel, number)
    return figure
