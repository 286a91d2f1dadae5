"""The common look of the figures: fonts, colours, panel letters, the line of origin, and saving byte for byte alike."""

import functools
import logging
import textwrap
from collections.abc import Callable, Iterable

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from bonescan.files import write_whole
from bonescan.wording import origin

WIDTH = 180
"""Width of a two-column figure, mm."""

COLOURS = ("#000000", "#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#CC79A7")
"""Okabe and Ito's palette, told apart by colour-blind readers; without its yellow, too pale for lines on white."""

MARK = "#D55E00"
"""Lesions, landmarks, cuts: whatever is pointed at."""

ACCENT = "#0072B2"
"""A second thing that is pointed at."""

FAINT = "#8C8C8C"
"""For what is shown but is no result."""

_LOOK = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same figure on every machine
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "figure.titlesize": 9,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "lines.linewidth": 1.0,
    "patch.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "pdf.fonttype": 42,  # TrueType, which journals ask for
    "savefig.dpi": 300,
    "image.interpolation": "antialiased",
}
# embedding a font logs fifty lines about its tables
logging.getLogger("fontTools").setLevel(logging.WARNING)

_MM = 1 / 25.4
_CHARACTER = 1.25  # mean width at 6 points, mm
_NO_DATES = {
    ".pdf": {"CreationDate": None, "ModDate": None},
    ".png": {"Software": None},
}


def styled(draw: Callable) -> Callable:
    """Decorate a function that draws, so that it draws in the common look."""

    @functools.wraps(draw)
    def wrapper(*arguments, **keywords):
        with matplotlib.rc_context(_LOOK):
            return draw(*arguments, **keywords)

    return wrapper


def new_figure(height: float, provenance: dict, note: str = "", width: float = WIDTH) -> Figure:
    """Return an empty figure with the line of origin at its foot.

    Parameters
    ----------
    height, width : float
        In mm.
    provenance : dict
        `cohort` and `scale`.
    note : str
        Printed after them.
    """
    figure = Figure(figsize=(width * _MM, height * _MM), layout="constrained")
    lines = textwrap.wrap(f"{origin(provenance)}. {note}".strip(), int(width / _CHARACTER))
    foot = (1.5 + 3 * len(lines)) / height
    figure.get_layout_engine().set(rect=(0, foot, 1, 1 - foot))
    text = "\n".join(lines)
    figure.text(1 - 1 / width, 1 / height, text, ha="right", va="bottom", fontsize=6, color="#595959")
    return figure


def letter(axes: Axes, number: int, text: str = "", pad: float | None = None) -> None:
    """Write a panel's letter, (a) for 0, and its title above its left edge, `pad` points away from it."""
    axes.set_title(f"({chr(ord('a') + number)}) {text}".rstrip(), loc="left", pad=pad)


def say(axes: Axes, text: str) -> None:
    """Say in an empty panel why it is empty."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes, color="#404040", wrap=True)


def ceiling(counts: np.ndarray, percentile: float = 99.5) -> float:
    """Return the counts shown black: a percentile of the pixels that have any, at least 1."""
    filled = counts[counts > 0]
    return max(1.0, float(np.percentile(filled, percentile))) if filled.size else 1.0


def show_counts(axes: Axes, counts: np.ndarray, black: float | None = None) -> AxesImage:
    """Show counts as nuclear medicine does, dark where hot, in pixels of equal sides.

    Parameters
    ----------
    counts : ndarray, shape (rows, columns)
        Counts a pixel.
    black : float, optional
        Counts shown black, so that panels can share it.
    """
    image = axes.imshow(counts, cmap="gray_r", vmin=0, vmax=ceiling(counts) if black is None else black)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(True)
    axes.spines[:].set(linewidth=0.4, color=FAINT)
    return image


def add_counts_bar(figure: Figure, image: AxesImage, axes: Axes | Iterable[Axes], **keywords) -> None:
    """Add the scale of counts to images shown with `show_counts`; what lies above its end is black too."""
    bar = figure.colorbar(image, ax=axes, extend="max", pad=0.01, **keywords)
    bar.set_label("Counts a pixel")
    bar.outline.set_linewidth(0.4)


@styled
def save(figure: Figure, paths: Iterable[str]) -> None:
    """Write a figure to every one of `paths`, in the format of its suffix, without dates: same figure, same bytes."""
    for path in paths:
        with write_whole(path) as temporary:
            figure.savefig(temporary, metadata=_NO_DATES.get(temporary.suffix, {}))
