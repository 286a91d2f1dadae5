"""Training and validation by learning rate, one curve per dataset and initial weights."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bonescan.figures.style import COLOURS, FAINT, letter, new_figure, styled
from bonescan.tables.sweep import initialiser_name
from bonescan.wording import DATASET_NAMES, classifier

_STYLES = (("-", "o"), ("--", "s"), (":", "^"), ("-.", "D"))
_APART = 1.06
"""Factor on the rate between neighbouring curves, so that their points do not hide each other."""


@styled
def draw_sweep(runs: pd.DataFrame, means: pd.DataFrame, model: str, unit: str, provenance: dict) -> Figure:
    """Draw the training accuracy and the validation AUC by learning rate.

    Parameters
    ----------
    runs, model, unit, provenance
        As in `bonescan.tables.sweep.sweep_table`.
    means : DataFrame
        Of `runs`, from `bonescan.scoring.sweep.average_seeds`.
    """
    seeds = runs["seed"].nunique()
    note = (
        f"{classifier(model)}; validation part cut by {unit} from the training part. Hollow: did not train. "
        "Cross: diverged. Bars: 95 % by bootstrap of patients." + (f" Means of {seeds} seeds." if seeds > 1 else "")
    )
    figure = new_figure(85, provenance, note)
    panels = figure.subplots(1, 2)
    datasets, starts = sorted(runs["dataset"].unique()), list(runs["initial_weights"].unique())
    curves = [(dataset, start) for dataset in datasets for start in starts]
    for number, (dataset, start) in enumerate(curves):
        rows = means[(means["dataset"] == dataset) & (means["initial_weights"] == start)]
        colour = COLOURS[1 + 3 * datasets.index(dataset) % len(COLOURS)]
        line, marker = _STYLES[starts.index(start) % len(_STYLES)]
        rate = rows["learning_rate"].to_numpy() * _APART ** (number - (len(curves) - 1) / 2)
        fill = np.where(rows["trained"], colour, "white")
        for panel, name in zip(panels, ("training_accuracy", "validation_auc"), strict=True):
            shown = np.where(rows["diverged"], np.nan, rows[name])
            panel.plot(rate, shown, line, color=colour, zorder=2)
            panel.scatter(rate, shown, 18, c=fill, marker=marker, edgecolors=colour, zorder=3)
            if name == "validation_auc":
                panel.vlines(rate, rows["auc_low"], rows["auc_high"], color=colour, linewidth=0.6, alpha=0.7)
            lost = rate[rows["diverged"].to_numpy()]
            height = 0.02 + 0.035 * number
            axis = panel.get_xaxis_transform()
            panel.scatter(lost, np.full(len(lost), height), 20, c=colour, marker="x", transform=axis, linewidths=1)
    panels[1].axhline(0.5, color=FAINT, linestyle=":", linewidth=0.7, zorder=1)
    for number, (panel, text) in enumerate(zip(panels, ("Training accuracy", "Validation AUC"), strict=True)):
        panel.set(xscale="log", xlabel="Learning rate", ylabel=text)
        letter(panel, number)
        low, high = panel.get_ylim()
        panel.set_ylim(low - 0.15 * (high - low), high)
    entries = []
    for dataset, start in curves:
        colour = COLOURS[1 + 3 * datasets.index(dataset) % len(COLOURS)]
        line, marker = _STYLES[starts.index(start) % len(_STYLES)]
        label = f"{dataset} ({DATASET_NAMES[dataset]}), {initialiser_name(start)}"
        entries.append(Line2D([], [], color=colour, linestyle=line, marker=marker, markersize=4, label=label))
    figure.legend(handles=entries, loc="outside upper center", ncols=2, handlelength=3)
    return figure
