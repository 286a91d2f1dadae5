"""Twelve patients of the phantom cohort, both views, plain and with lesions and benign foci ringed."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse

from bonescan.figures.style import ACCENT, MARK, ceiling, new_figure, say, show_counts, styled
from bonescan.terms import SUBTYPES, VIEWS

ACROSS = 4  # patients side by side, each with four pictures
WIDTH = 360  # mm: two pages wide, so that a pixel of a scan is a pixel of the picture
MARGIN = 14  # rows shown above the head and below the toes
ROOM = 3.0  # pixels between a focus and its ring
SHORT = {"normal": "normal", "multiple": "multiple", "spinal": "spinal", "outside_spine": "outside the spine"}


@dataclass(frozen=True)
class Exam:
    """One patient of the gallery.

    Attributes
    ----------
    title : str
    views : dict of str to ndarray, shape (rows, columns)
        Counts of the anterior and the posterior view, as far as there are.
    black : dict of str to float
        Counts shown black in each view.
    lesions, foci : dict of str to DataFrame
        Truth of each view: row, col, half_rows, half_cols, visible.
    """

    title: str
    views: dict[str, np.ndarray]
    black: dict[str, float]
    lesions: dict[str, pd.DataFrame]
    foci: dict[str, pd.DataFrame]


def choose_patients(views: pd.DataFrame, number: int = 12) -> list[str]:
    """Return patients for the gallery: half normal, half of the other subtypes.

    Patients with both views go first, otherwise the order is the cohort's, so that none is picked for its looks.

    Parameters
    ----------
    views : DataFrame
        `truth_views.tsv`: patient, view, subtype.
    number : int
    """
    patients = views.groupby("patient", sort=False).agg(subtype=("subtype", "first"), views=("view", "nunique"))
    patients = patients.sort_values("views", ascending=False, kind="stable")
    of_subtype = {name: list(patients.index[patients["subtype"] == name]) for name in SUBTYPES}
    normal = of_subtype.pop("normal")
    diseased = [names.pop(0) for names in reversed(of_subtype.values()) if names]
    # a second one of the rarer subtypes, then the rest as they come
    diseased += [names.pop(0) for names in list(reversed(of_subtype.values()))[:-1] if names]
    diseased += [name for names in of_subtype.values() for name in names]
    half = number - number // 2
    chosen = normal[: max(number - len(diseased), number // 2)] + diseased[:half]
    return [name for name in views["patient"].unique() if name in chosen[:number]]


def collect_exam(
    patient: str, views: pd.DataFrame, scans: np.ndarray, lesions: pd.DataFrame, foci: pd.DataFrame
) -> Exam:
    """Collect what the gallery shows of one patient.

    Parameters
    ----------
    patient : str
    views : DataFrame
        Of the patient: image, view, subtype, sex, age, row0, row1 (of the thorax); the index is the row in `scans`.
    scans : ndarray, shape (n, rows, columns), uint16
    lesions, foci : DataFrame
        `truth_lesions.tsv` and `truth_foci.tsv`.
    """
    first = views.iloc[0]
    title = f"{patient}, {first['sex']} {first['age']}, {SHORT[first['subtype']]}"
    images = dict(zip(views["view"], views["image"], strict=True))
    counts = {view: np.asarray(scans[row]) for row, view in views["view"].items()}
    # black as a reader sets it, by the bones of the thorax, whatever the bladder holds
    black = {row.view: ceiling(counts[row.view][row.row0 : row.row1]) for row in views.itertuples()}
    of_view = [{view: table[table["image"] == image] for view, image in images.items()} for table in (lesions, foci)]
    return Exam(title, counts, black, *of_view)


@styled
def draw_gallery(exams: list[Exam], provenance: dict) -> Figure:
    """Draw the patients, four in a row; each anterior and posterior, plain and ringed."""
    note = (
        "Each patient plain, then ringed. Orange: metastases, dashed where they cannot be seen; blue: benign foci that "
        "can. Black: the 99.5th percentile of the thorax. The first patients of their class in the cohort's order."
    )
    down = -(-len(exams) // ACROSS)
    figure = new_figure(6 + 71 * down, provenance, note, width=WIDTH)
    parts = figure.subfigures(down, ACROSS, squeeze=False, wspace=0.01).ravel()
    for part, exam in zip(parts, exams, strict=False):
        part.suptitle(exam.title, fontsize=9)
        panels = part.subplots(1, 4, gridspec_kw={"wspace": 0.02})
        for number, axes in enumerate(panels):
            view = VIEWS[number % 2]
            if view not in exam.views:
                say(axes, f"no {view}\nview")
                continue
            counts = exam.views[view]
            show_counts(axes, counts, exam.black[view])
            if number > 1:
                _ring(axes, exam.lesions[view], MARK, hidden=True)
                _ring(axes, exam.foci[view], ACCENT, hidden=False)
            rows = np.flatnonzero(counts.sum(axis=1) > 0.1 * counts.sum(axis=1).mean())
            first, last = (rows[0], rows[-1]) if rows.size else (0, len(counts) - 1)
            axes.set_ylim(min(last + MARGIN, len(counts)) - 0.5, max(first - MARGIN, 0) - 0.5)
            axes.set_xlabel(view, labelpad=2)
    return figure


def _ring(axes: Axes, foci: pd.DataFrame, colour: str, hidden: bool) -> None:
    """Ring foci; those that cannot be seen dashed, or not at all."""
    for focus in foci.itertuples(index=False):
        if focus.visible or hidden:
            axes.add_patch(
                Ellipse(
                    (focus.col, focus.row),
                    2 * (focus.half_cols + ROOM),
                    2 * (focus.half_rows + ROOM),
                    fill=False,
                    edgecolor=colour,
                    linewidth=0.9,
                    linestyle="-" if focus.visible else (0, (1.5, 1.5)),
                )
            )
