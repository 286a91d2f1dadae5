"""Figure 11: thoracic images that one classifier got wrong."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from bonescan.augment import transform
from bonescan.figures.curves import first_seed
from bonescan.figures.findings import outline
from bonescan.figures.style import new_figure, show_counts, styled
from bonescan.scoring.metrics import predicted
from bonescan.wording import classifier, in_order, split_unit

KINDS = {0: "normal taken for metastasis", 1: "metastasis taken for normal"}
"""By the true label: panels (a) and (b)."""


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


def worst(predictions: pd.DataFrame, label: int, number: int) -> pd.DataFrame:
    """Return the misclassified images of one class, the most confident mistakes first.

    Parameters
    ----------
    predictions : DataFrame
        Rows of `predictions.tsv` of one network: image, label, probability (of metastasis).
    label : int
        True class, 1 metastasis.
    number : int
        Images to return at most.
    """
    wrong = predictions[(predictions["label"] == label) & (predicted(predictions["probability"]) != label)]
    ranked = wrong.sort_values(["probability", "image"], ascending=[label == 1, True], kind="stable")
    return ranked.head(number)


def describe_variant(variant) -> str:
    """Return the words for a row of `lineage.tsv`: `mirrored, rotated left 3°`."""
    words = ["mirrored"] if variant.mirrored else []
    if variant.operation.startswith("rotate_"):
        words.append(f"rotated {variant.operation.removeprefix('rotate_')} {variant.amount}°")
    elif variant.operation != "identity":
        words.append(f"shifted {variant.operation} {variant.amount} px")
    return ", ".join(words) or "as acquired"


def picture(mistake, variant, counts: np.ndarray, mask: np.ndarray) -> Picture:
    """Return a misclassified image as it was classified: its source's counts and findings, transformed alike.

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


def mistakes(
    predictions: pd.DataFrame, metrics: pd.DataFrame, model: str, dataset: str, number: int
) -> dict[tuple[str, int], pd.DataFrame | str]:
    """Find the misclassified images of one network on one dataset, or say why there are none to show.

    Parameters
    ----------
    predictions, metrics : DataFrame
        `predictions.tsv` and `metrics.tsv` of all units; the first seed is taken.
    number : int
        Images of each kind at most.

    Returns
    -------
    dict of (unit, label) to DataFrame or str
    """
    predictions = first_seed(predictions[(predictions["model"] == model) & (predictions["dataset"] == dataset)])
    runs = first_seed(metrics[(metrics["model"] == model) & (metrics["dataset"] == dataset)])
    status = dict(zip(runs["unit"], runs["status"], strict=True))
    found: dict[tuple[str, int], pd.DataFrame | str] = {}
    for unit in in_order(metrics["unit"]):
        of_unit = predictions[predictions["unit"] == unit]
        for label, kind in KINDS.items():
            if status.get(unit, "was not run") != "trained":
                found[unit, label] = f"{classifier(model)}: {status.get(unit, 'was not run')}"
                continue
            chosen = worst(of_unit, label, number)
            images = int((of_unit["label"] == label).sum())
            found[unit, label] = chosen if len(chosen) else f"none: no {kind} among {images} test images of the class"
    return found


@styled
def draw_misclassified(
    rows: dict[tuple[str, int], list[Picture] | str], model: str, number: int, provenance: dict, note: str = ""
) -> Figure:
    """Draw a row of misclassified images a kind of mistake and split unit.

    Parameters
    ----------
    rows : dict of (unit, label) to list of Picture or str
        The images, or why there are none.
    model : str
        Network, such as V21.
    number : int
        Images a row at most.
    note : str
        Said at the foot, after what the marks mean.
    """
    units = in_order(unit for unit, _ in rows)
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
            outline(panel, picture.mask)
            panel.set_title(picture.title, fontsize=6, loc="left")
    return figure
