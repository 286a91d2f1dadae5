"""Figure 11: thoracic images that one classifier got wrong."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from bonescan.augment import transform
from bonescan.figures.findings import draw_outline
from bonescan.figures.style import new_figure, show_counts, styled
from bonescan.scoring.mistakes import KINDS
from bonescan.wording import classifier, sort_units, split_unit


@dataclass(frozen=True)
class Picture:
    """One misclassified image.

    Attributes
    ----------
    title : str
    counts : ndarray, shape (size, size)
    mask : ndarray, shape (size, size), bool
        The readers' findings.
    """

    title: str
    counts: np.ndarray
    mask: np.ndarray


def describe_variant(variant) -> str:
    """Return the words for a row of `lineage.tsv`: `mirrored, rotated left 3°`."""
    words = ["mirrored"] if variant.mirrored else []
    if variant.operation.startswith("rotate_"):
        words.append(f"rotated {variant.operation.removeprefix('rotate_')} {variant.amount}°")
    elif variant.operation != "identity":
        words.append(f"shifted {variant.operation} {variant.amount} px")
    return ", ".join(words) or "as acquired"


def make_picture(mistake, variant, counts: np.ndarray, mask: np.ndarray) -> Picture:
    """Return a misclassified image as it was classified: its source's counts and findings, both transformed.

    Parameters
    ----------
    mistake : row of `predictions.tsv`
    variant : row of `lineage.tsv`
    counts : ndarray, shape (size, size)
        Thoracic image of the source.
    mask : ndarray, shape (size, size), bool
        The readers' findings on it.
    """
    change = variant.mirrored, variant.operation, variant.amount
    title = f"{mistake.source}\n{describe_variant(variant)}; p = {mistake.probability:.3f}"
    marked = transform(mask.astype(float), *change) > 0.5
    return Picture(title, transform(counts.astype(float), *change), marked)


@styled
def draw_misclassified(
    rows: dict[tuple[str, int], list[Picture] | str], model: str, number: int, provenance: dict, note: str = ""
) -> Figure:
    """Draw one row of misclassified images per kind of mistake and split unit.

    Parameters
    ----------
    rows : dict of (unit, label) to list of Picture or str
        The images, or why there are none.
    model : str
        Network, such as V21.
    number : int
        Images per row at most.
    note : str
        Printed at the foot, after what the marks mean.
    """
    units = sort_units(unit for unit, _ in rows)
    order = [(unit, label) for label in KINDS for unit in units]
    heights = [14 if isinstance(rows[key], str) else 52 for key in order]
    note = (
        "Images before the scale's coarser grid, each on its own grey scale. "
        "Outlined: marked as metastasis by enough readers for the label. p: probability of metastasis." + note
    )
    figure = new_figure(12 + sum(heights), provenance, note)
    figure.suptitle(f"{classifier(model)}, dataset D3")
    parts = figure.subfigures(len(order), 1, squeeze=False, height_ratios=heights)[:, 0]
    for part, (unit, label) in zip(parts, order, strict=True):
        pictures = rows[unit, label]
        axes = part.subplots(1, number, squeeze=False)[0]
        for panel in axes:
            panel.set_axis_off()
        title = f"({'ab'[label]}) {KINDS[label]}, split by {split_unit(unit)}"
        part.suptitle(title, x=0.01, ha="left", fontsize=8)
        if isinstance(pictures, str):
            axes[0].text(0, 0.5, pictures, transform=axes[0].transAxes, va="center", color="#404040")
            continue
        for panel, picture in zip(axes, pictures, strict=False):
            panel.set_axis_on()
            show_counts(panel, picture.counts)
            draw_outline(panel, picture.mask)
            panel.set_title(picture.title, fontsize=6, loc="left")
    return figure
