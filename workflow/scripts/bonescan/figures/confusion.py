"""Figure 10: confusion matrices of one classifier."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bonescan.figures.curves import run_note
from bonescan.figures.style import letter, new_figure, say, styled
from bonescan.scoring.metrics import confusion
from bonescan.scoring.summary import keep_first_run
from bonescan.terms import CLASSES, TRAINED
from bonescan.wording import classifier, sort_units, split_unit


@styled
def draw_confusion(
    metrics: pd.DataFrame, model: str, provenance: dict, datasets: tuple[str, ...] = ("D2", "D3")
) -> Figure:
    """Draw the confusion matrices of one classifier, datasets across, split units down.

    Parameters
    ----------
    metrics : DataFrame
        `metrics.tsv` of all units; its first run is drawn.
    model : str
        Network, such as V21.
    """
    units = sort_units(metrics["unit"])
    chosen = keep_first_run(metrics[metrics["model"] == model]).set_index(["unit", "dataset"])
    figure = new_figure(
        12 + 52 * len(units), provenance, "Shares are of the true class." + run_note(metrics), width=130
    )
    axes = figure.subplots(len(units), len(datasets), squeeze=False)
    for row, unit in enumerate(units):
        for column, dataset in enumerate(datasets):
            panel = axes[row, column]
            title = f"{dataset}, split by {split_unit(unit)}"
            if (unit, dataset) not in chosen.index:
                say(panel, f"{classifier(model)} was not run")
            elif (run := chosen.loc[(unit, dataset)]).status != TRAINED:
                say(panel, f"{classifier(model)}: {run.status}")
            else:
                _draw_matrix(panel, *confusion(run))
            letter(panel, column, title)
    figure.suptitle(classifier(model))
    return figure


def _draw_matrix(axes: Axes, matrix: np.ndarray, shares: np.ndarray) -> None:
    axes.imshow(np.nan_to_num(shares), cmap="Blues", vmin=0, vmax=1)
    for (true, predicted), images in np.ndenumerate(matrix):
        share = shares[true, predicted]
        text = f"{images}\n" + ("no images" if np.isnan(share) else f"{share:.1%}")
        axes.text(predicted, true, text, ha="center", va="center", color="white" if share > 0.6 else "black")
    axes.set_xticks([0, 1], CLASSES)
    axes.set_yticks([0, 1], CLASSES, rotation=90, va="center")
    axes.set(xlabel="Predicted", ylabel="True")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
