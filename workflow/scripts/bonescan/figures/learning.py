"""The standard reader's learning curve beside published points."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from bonescan.figures.style import ACCENT, FAINT, MARK, new_figure, styled


@styled
def draw_curve(curve: pd.DataFrame, published: pd.DataFrame, provenance: dict) -> Figure:
    """Draw the AUC by the number of training views.

    Parameters
    ----------
    curve, published, provenance
        As in `bonescan.tables.phantom_quality.learning_table`.
    """
    seeds, tested = curve["seeds"].max(), curve["n_test"].iloc[0]
    note = f"Median and range of {seeds} seeds on {tested} views of other patients. Published: other cohorts, networks."
    figure = new_figure(80, provenance, note, width=120)
    panel = figure.subplots()
    panel.fill_between(curve["n_train"], curve["low"], curve["high"], color=ACCENT, alpha=0.2, linewidth=0)
    panel.plot(curve["n_train"], curve["auc"], "o-", color=ACCENT, markersize=4, label="standard reader, phantom")
    middle = (published["low"] + published["high"]) / 2
    reach = np.stack([middle - published["low"], published["high"] - middle])
    panel.errorbar(
        published["views"],
        middle,
        reach,
        fmt="s",
        color=MARK,
        markersize=4,
        capsize=2,
        linewidth=0.8,
        label="published",
    )
    panel.axhline(0.5, color=FAINT, linestyle=":", linewidth=0.7, zorder=1)
    panel.set(xscale="log", xlabel="Training views", ylabel="AUC", ylim=(0.36, 1.01))
    panel.xaxis.set_major_formatter("{x:g}")
    panel.legend(loc="lower right")
    return figure
