"""Figure 5: how the readers annotated one whole-body view, and what the majority makes of it."""

import math
import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from bonescan.figures.style import FAINT, MARK, ceiling, letter, new_figure, say, show_counts, styled
from bonescan.label.masks import POINT_RADIUS, read_points
from bonescan.wording import SUBTYPE_NAMES

HEIGHT = 128  # mm
MARGIN = 25  # rows and columns round the lesions of the detail
LEAST = 130  # rows and columns of the detail
ROWS = 18  # lines of the list
LETTERS = 50  # of a line of the list
# in the order of the readers; none is the colour of the majority
READERS = ("#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


@styled
def draw_annotation(
    counts: np.ndarray,
    findings: pd.DataFrame,
    mask: np.ndarray,
    label: pd.Series,
    votes: int,
    provenance: dict,
    report: str = "",
) -> Figure:
    """Draw the annotations of one view: (a) the view, (b) the lesions close up, (c) the list of all that was marked.

    Parameters
    ----------
    counts : ndarray, shape (rows, columns), uint16
    findings : DataFrame
        `findings.tsv` of this image.
    mask : ndarray, shape (rows, columns), bool
        What the majority marked as metastasis.
    label : Series
        The row of `labels.tsv`: image, label, subtype, and the readers' votes.
    votes : int
        Readers who must agree.
    provenance : dict
    report : str
        The diagnostic report.
    """
    voted = [name for name in label.index if name not in ("image", "patient", "label", "subtype")]
    readers = list(dict.fromkeys([*voted, *findings["reader"]]))
    colours = {reader: READERS[number % len(READERS)] for number, reader in enumerate(readers)}
    figure = new_figure(HEIGHT, provenance, f"Image {label['image']}.")
    whole, near, texts = figure.subplots(1, 3, width_ratios=[0.25, 0.4, 0.35])
    for axes in (whole, near):
        axes.set_anchor("N")
    show_counts(whole, counts)
    whole.set_ylim(*_body_rows(counts))
    letter(whole, 0, "view")
    if findings.empty:
        say(near, "no reader marked anything on this image")
        texts.set_axis_off()
        return figure
    table = count_marks(findings, readers)
    row0, row1, column0, column1 = _detail(findings, counts.shape)
    show_counts(near, counts, black=ceiling(counts[row0:row1, column0:column1]))
    near.set(xlim=(column0 - 0.5, column1 - 0.5), ylim=(row1 - 0.5, row0 - 0.5))
    letter(near, 1, "detail")
    if mask.any():
        near.contourf(mask, levels=[0.5, 1.5], colors=[MARK], alpha=0.35)
    for axes, width in ((whole, 0.5), (near, 0.9)):
        _draw_shapes(axes, findings, colours, width)
    _number_regions(near, findings, table, (row0, row1, column0, column1))
    corners = [(column0, row0), (column1, row0), (column1, row1), (column0, row1), (column0, row0)]
    whole.plot(*zip(*corners, strict=True), color=FAINT, linewidth=0.6)
    handles = [Line2D([], [], color=colour, linewidth=0.9, label=reader) for reader, colour in colours.items()]
    handles.append(Line2D([], [], color="black", linewidth=0.9, linestyle=":", label="no metastasis"))
    handles.append(Patch(facecolor=MARK, alpha=0.35, label=f"metastasis by {votes} or more"))
    near.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.01), ncols=2)
    _write_list(texts, table, label, readers, report)
    return figure


def count_marks(findings: pd.DataFrame, readers: list[str]) -> pd.DataFrame:
    """Return how many shapes each reader drew for each finding and region, metastases first, then the most marked.

    Returns
    -------
    DataFrame of int
        Index `finding`, `bone`; one column per reader.
    """
    table = pd.crosstab([findings["finding"], findings["bone"].astype(object).fillna("")], findings["reader"])
    table = table.reindex(columns=readers, fill_value=0)
    other = table.index.get_level_values("finding") != "metastasis"
    return table.iloc[np.lexsort([-table.sum(axis=1).to_numpy(), other])]


def _body_rows(counts: np.ndarray) -> tuple[int, int]:
    """Return the last and the first row to show: those of the body and a margin."""
    rows = counts.sum(axis=1, dtype=np.int64).cumsum()
    first, last = np.searchsorted(rows, [0.002 * rows[-1], 0.998 * rows[-1]])
    return min(len(counts), int(last) + MARGIN), max(0, int(first) - MARGIN)


def _draw_shapes(axes: Axes, findings: pd.DataFrame, colours: dict, width: float) -> None:
    """Draw every shape as its reader drew it: metastases in solid lines, all else in dotted ones."""
    for mark in findings.itertuples(index=False):
        rows, columns = _outline(mark.shape, read_points(mark.points)).T
        line = "-" if mark.finding == "metastasis" else (0, (1, 1))
        axes.plot(columns, rows, color=colours[mark.reader], linewidth=width, linestyle=line)


def _outline(shape: str, points: np.ndarray) -> np.ndarray:
    """Return the corners of a closed line round one shape, shape (n, 2), rows and columns; of a mask, its box."""
    if shape in ("circle", "point"):
        radius = math.dist(*points[:2]) if shape == "circle" else POINT_RADIUS
        angles = np.linspace(0, 2 * np.pi, 40)
        return points[0] + radius * np.column_stack([np.sin(angles), np.cos(angles)])
    if shape in ("rectangle", "mask"):
        (top, left), (bottom, right) = points.min(axis=0), points.max(axis=0)
        points = np.array([[top, left], [top, right], [bottom, right], [bottom, left]])
    return np.vstack([points, points[:1]])


def _number_regions(axes: Axes, findings: pd.DataFrame, table: pd.DataFrame, box: tuple[int, int, int, int]) -> None:
    """Write beside its shapes the number that a finding and region has in the list."""
    row0, row1, column0, column1 = box
    for number, (finding, bone) in enumerate(table.head(ROWS).index, start=1):
        shapes = findings[(findings["finding"] == finding) & (findings["bone"].astype(object).fillna("") == bone)]
        points = np.concatenate([read_points(text) for text in shapes["points"]])
        row, column = points[:, 0].mean(), points[:, 1].max() + 3
        if row0 < row < row1 and column0 < column < column1 - 5:
            colour = MARK if finding == "metastasis" else "black"
            axes.text(column, row, str(number), fontsize=6.5, va="center", color=colour)


def _detail(findings: pd.DataFrame, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return first and last row and column of a square round the metastases; round all marks where there are none."""
    marked = findings[findings["finding"] == "metastasis"]
    points = np.concatenate([read_points(text) for text in (marked if len(marked) else findings)["points"]])
    low, high = points.min(axis=0) - MARGIN, points.max(axis=0) + MARGIN
    side = min(max(LEAST, *(high - low)), *size)
    start = np.clip((low + high - side) / 2, 0, np.array(size) - side).astype(int)
    end = start + int(side)
    return int(start[0]), int(end[0]), int(start[1]), int(end[1])


def _write_list(axes: Axes, table: pd.DataFrame, label: pd.Series, readers: list[str], report: str) -> None:
    """Write the annotation as a list: finding, region, shapes of each reader; then the votes and the report."""
    axes.set_axis_off()
    letter(axes, 2, "annotation: shapes of each reader")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    columns = np.linspace(0.98 - 0.08 * (len(readers) - 1), 0.98, len(readers))
    step, y = 0.036, 0.985

    def line(text, cells=(), weight="normal", colour="black", number=""):
        nonlocal y
        style = {"va": "top", "fontsize": 6.5, "fontweight": weight, "color": colour}
        axes.text(0.035, y, number, ha="right", **style)
        axes.text(0.055 if number else 0, y, text, ha="left", **style)
        for x, cell in zip(columns, cells, strict=False):
            axes.text(x, y, cell, ha="center", **style)
        y -= step

    line("finding, region", [str(number) for number in range(1, len(readers) + 1)], weight="bold")
    for number, ((finding, bone), row) in enumerate(table.head(ROWS).iterrows(), start=1):
        colour = MARK if finding == "metastasis" else "black"
        text = textwrap.shorten(f"{finding}, {bone}" if bone else finding, LETTERS - 14, placeholder="…")
        line(text, [str(count) if count else "–" for count in row], colour=colour, number=str(number))
    if len(table) > ROWS:
        line(f"and {len(table) - ROWS} more", colour=FAINT)
    y -= step / 2
    said = {1: "+", 0: "−"}
    line("vote: + abnormal, − normal", [said.get(label.get(reader), "?") for reader in readers])
    line(f"label: {SUBTYPE_NAMES[label['subtype']].lower()}", weight="bold")
    y -= step / 2
    names = ", ".join(f"{number} {reader}" for number, reader in enumerate(readers, start=1))
    for part in textwrap.wrap(f"Readers: {names}.", LETTERS):
        line(part, colour="#595959")
    if report:
        y -= step / 2
        line("diagnostic report", weight="bold")
        for part in textwrap.wrap(report, LETTERS)[: max(0, int(y / step))]:
            line(part)
