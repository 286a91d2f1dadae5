"""The contact sheet: every crop of a cohort with its box on the whole body, flagged ones first."""

import textwrap
from collections.abc import Callable, Iterable, Iterator
from os import PathLike

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from bonescan.figures.style import ACCENT, MARK, ceiling, new_figure, styled
from bonescan.files import write_whole

COLUMNS, ROWS = 14, 3
"""Views side by side and above each other on a page."""

GAP = (150, 16)
"""Rows above each view for its name, and columns beside it, pixels of the view."""

BLACK = 97.5
"""Percentile of a view's counts that is shown black: bone, not the bladder."""

_LETTERS = 17  # of 4 points that fit above a view
_LINES = 5


@styled
def draw_page(entries: list[tuple], size: tuple[int, int], provenance: dict, note: str) -> Figure:
    """Draw one page.

    Parameters
    ----------
    entries : list of (str, ndarray, tuple of int, str)
        Name, counts of shape `size`, box (row0, row1, col0, col1), and why the crop is flagged or an empty text.
    size : (int, int)
        Rows and columns of a view.
    provenance : dict
    note : str
    """
    rows, columns = size
    lines = -(-len(entries) // COLUMNS)
    pitch = rows + GAP[0], columns + GAP[1]
    page = np.zeros((lines * pitch[0] // 2, COLUMNS * pitch[1] // 2), np.uint8)
    figure = new_figure(12 + 178 * page.shape[0] / page.shape[1], provenance, note)
    axes = figure.add_subplot()
    for number, (name, counts, (row0, row1, col0, col1), reason) in enumerate(entries):
        top, left = (number // COLUMNS) * pitch[0] + GAP[0], (number % COLUMNS) * pitch[1] + GAP[1] // 2
        small = counts.reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3))
        grey = 255 * np.minimum(small / ceiling(small, BLACK), 1)
        page[top // 2 : (top + rows) // 2, left // 2 : (left + columns) // 2] = grey
        colour = MARK if reason else ACCENT
        corner, width, height = (left + col0, top + row0), col1 - col0, row1 - row0
        axes.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=colour, linewidth=0.6))
        frame = Rectangle((left, top), columns, rows, fill=False, edgecolor="#D0D0D0", linewidth=0.3)
        axes.add_patch(frame)
        text = [*textwrap.wrap(name.replace("_", " "), _LETTERS), *textwrap.wrap(reason, _LETTERS)]
        if len(text) > _LINES:
            text = [*text[: _LINES - 1], "..."]
        axes.text(left, top - 8, "\n".join(text), fontsize=3.6, color=colour if reason else "black", va="bottom")
    extent = (0, COLUMNS * pitch[1], lines * pitch[0], 0)
    axes.imshow(page, cmap="gray_r", vmin=0, vmax=255, extent=extent, interpolation="none")
    axes.set_axis_off()
    return figure


def order(crops: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `crop.tsv`, flagged ones first, each group in its own order."""
    return crops.sort_values("flag", ascending=False, kind="stable").reset_index(drop=True)


def pages(crops: pd.DataFrame, number: int = COLUMNS * ROWS) -> Iterator[pd.DataFrame]:
    """Yield the rows of each page."""
    for first in range(0, len(crops), number):
        yield crops.iloc[first : first + number]


def draw_sheet(
    crops: pd.DataFrame,
    picture_of: Callable[..., tuple[str, np.ndarray]],
    size: tuple[int, int],
    provenance: dict,
    note: str,
) -> Iterator[Figure]:
    """Yield the pages of a sheet, one at a time.

    Parameters
    ----------
    crops : DataFrame
        Rows of `crop.tsv` in the order of the sheet; row0, row1, col0, col1, reason.
    picture_of : function
        Takes a row as a named tuple; returns the name to write above it and its counts, an ndarray of shape `size`.
    size : (int, int)
        Rows and columns of a view.
    provenance : dict
    note : str
        Of every page; several pages are numbered.
    """
    sheets = list(pages(crops))
    for number, rows in enumerate(sheets, start=1):
        entries = [
            (*picture_of(row), (row.row0, row.row1, row.col0, row.col1), row.reason) for row in rows.itertuples()
        ]
        yield draw_page(entries, size, provenance, f"{note} {number}/{len(sheets)}" if len(sheets) > 1 else note)


@styled
def save_pages(figures: Iterable[Figure], pdf: str | PathLike, png: str | PathLike) -> int:
    """Write every page to one PDF and the first to a PNG; return the number of pages.

    Parameters
    ----------
    figures : iterable of Figure
        Drawn one after the other, so that only one is in memory at a time.
    pdf, png : path-like
    """
    count = 0
    dates = {"CreationDate": None, "ModDate": None}
    with write_whole(pdf) as temporary, PdfPages(temporary, metadata=dates) as book:
        for count, figure in enumerate(figures, start=1):
            with matplotlib.rc_context({"savefig.dpi": 400}):
                book.savefig(figure)
                if count == 1:
                    with write_whole(png) as picture:
                        figure.savefig(picture, metadata={"Software": None})
    return count
