"""Figures 8 and 9: training accuracy and ROC curves, datasets across, split units down."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from bonescan.figures.style import COLOURS, FAINT, letter, new_figure, say, styled
from bonescan.scoring.resampled import with_ends
from bonescan.scoring.summary import KEYS, count_runs, keep_first_run
from bonescan.tables.intervals import print_scored
from bonescan.terms import TRAINED
from bonescan.wording import DATASET_NAMES, classifier, first_run, sort_units, split_unit


def run_note(table: pd.DataFrame) -> str:
    """Return a note on what `keep_first_run` leaves out; empty for one run."""
    return "".join(f" {sentence}" for sentence in first_run(count_runs(table)))


def choose_colours(models: Iterable[str]) -> dict[str, str]:
    """Return a colour for each network, the same in every figure of a run."""
    return {model: COLOURS[number % len(COLOURS)] for number, model in enumerate(models)}


def make_grid(
    metrics: pd.DataFrame, provenance: dict, note: str, foot: float
) -> tuple[Figure, dict[tuple[str, str], Axes], list[str]]:
    """Return a figure with one panel per split unit and dataset, the panels by both, and the networks in order.

    Parameters
    ----------
    foot : float
        Height kept free for a legend, mm.
    """
    units, datasets = sort_units(metrics["unit"]), sorted(metrics["dataset"].unique())
    figure = new_figure(8 + foot + 57 * len(units), provenance, note)
    axes = figure.subplots(len(units), len(datasets), squeeze=False, sharex=False, sharey=True)
    panels = {}
    for row, unit in enumerate(units):
        for column, dataset in enumerate(datasets):
            panel = panels[unit, dataset] = axes[row, column]
            if row == 0:
                letter(panel, column, f"{dataset}, {DATASET_NAMES[dataset]}")
        axes[row, 0].annotate(
            f"split by {split_unit(unit)}",
            xy=(0, 0.5),
            xytext=(-46, 0),  # left of the axis' own label
            xycoords="axes fraction",
            textcoords="offset points",
            rotation=90,
            ha="center",
            va="center",
            weight="bold",
        )
    return figure, panels, list(metrics["model"].unique())


@styled
def draw_training(histories: dict[tuple, pd.DataFrame], metrics: pd.DataFrame, provenance: dict) -> Figure:
    """Draw the training accuracy of every network (Figure 8).

    Parameters
    ----------
    histories : dict of (unit, dataset, model) to DataFrame
        `history.csv`: epoch, accuracy.
    metrics : DataFrame
        `metrics.tsv` of all units; its first seed decides which networks trained, and which ended early.
    """
    note = "Dashed grey: networks without a result." + run_note(metrics)
    metrics = keep_first_run(metrics)
    metrics = metrics.assign(early=(metrics["status"] == TRAINED) & (metrics["epochs"] < metrics["epochs_allowed"]))
    if metrics["early"].any():
        note += " Dots: trainings that ended before the last epoch, because nothing was left to learn."
    figure, panels, models = make_grid(metrics, provenance, note, 8)
    colours = choose_colours(models)
    for (unit, dataset), panel in panels.items():
        runs = metrics[(metrics["unit"] == unit) & (metrics["dataset"] == dataset)]
        failed: dict[str, list[str]] = {}
        for run in runs.itertuples(index=False):
            history = histories.get((unit, dataset, run.model))
            if run.status != TRAINED:
                failed.setdefault(run.status, []).append(run.model)
            if history is None or history.empty:
                continue
            _draw_accuracy(panel, history, colours[run.model] if run.status == TRAINED else None)
            if run.early:
                last = history.iloc[-1]
                panel.plot(last["epoch"], last["accuracy"], "o", color=colours[run.model], markersize=3, zorder=4)
        text = "\n".join(f"{status}: {', '.join(names)}" for status, names in failed.items())
        place = {"transform": panel.transAxes, "ha": "right", "va": "bottom"}
        panel.text(0.97, 0.03, text, fontsize=6, color="#595959", **place)
        panel.set_xlabel("Epoch")
        panel.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
        panel.margins(x=0.02)
    seen = [history["accuracy"].min() for history in histories.values() if not history.empty]
    least = np.floor(10 * min(seen, default=0)) / 10
    for (_, dataset), panel in panels.items():
        panel.set_ylim(least - 0.01, 1.01)
        if dataset == min(metrics["dataset"]):
            panel.set_ylabel("Training accuracy")
    entries = [Line2D([], [], color=colours[model], label=classifier(model)) for model in models]
    if (metrics["status"] != TRAINED).any():
        entries.append(Line2D([], [], color=FAINT, linestyle="--", label="no result"))
    figure.legend(handles=entries, loc="outside upper center", ncols=len(entries), columnspacing=1.2, handlelength=1.5)
    return figure


def _draw_accuracy(panel: Axes, history: pd.DataFrame, colour: str | None) -> None:
    """Draw one network's accuracy; dashed grey below the others if it has no colour."""
    look = {"color": colour, "zorder": 3} if colour else {"color": FAINT, "linestyle": "--", "zorder": 2}
    if len(history) == 1:
        look["marker"] = "o"
    panel.plot(history["epoch"], history["accuracy"], **look)


@styled
def draw_roc(
    curves: dict[tuple, tuple | None], metrics: pd.DataFrame, summary: pd.DataFrame, provenance: dict
) -> Figure:
    """Draw the ROC curve of every network that trained, its AUC with the interval in the legend (Figure 9).

    Parameters
    ----------
    curves : dict of (unit, dataset, model) to (ndarray, ndarray) or None
        From `bonescan.scoring.roc.find_curves`.
    metrics : DataFrame
        `metrics.tsv` of all units; its first run is drawn.
    summary : DataFrame
        `summary.tsv` of all units, whose AUC is that of Table 9.
    """
    note = "Dotted: chance. Behind the names the AUC of Table 9 with its 95 % interval." + run_note(metrics)
    areas = summary[[*KEYS, *with_ends(["auc"])]]
    metrics = keep_first_run(metrics).drop(columns="auc").merge(areas, on=KEYS)
    figure, panels, models = make_grid(metrics, provenance, note, 0)
    colours = choose_colours(models)
    for (unit, dataset), panel in panels.items():
        runs = metrics[(metrics["unit"] == unit) & (metrics["dataset"] == dataset)]
        if not any((unit, dataset, model) in curves for model in runs["model"]):
            say(panel, "ROC undefined:\nthe test images are of one class")
            continue
        for run in runs.itertuples(index=False):
            _draw_one_roc(panel, curves[unit, dataset, run.model], run, colours[run.model])
        panel.plot([0, 1], [0, 1], color=FAINT, linestyle=":", linewidth=0.7, zorder=1)
        panel.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
        panel.set_xlabel("False positive rate")
        if dataset == min(metrics["dataset"]):
            panel.set_ylabel("True positive rate")
        panel.legend(loc="lower right", fontsize=5.5, handlelength=1.2, labelspacing=0.25, borderaxespad=0.2)
    return figure


def _draw_one_roc(panel: Axes, curve: tuple | None, run, colour: str) -> None:
    """Draw one network's ROC curve; without a result, only a legend entry with its status."""
    if run.status != TRAINED or curve is None:
        panel.plot([], [], color=FAINT, linestyle="--", label=f"{run.model}: {run.status}")
        return
    panel.plot(*curve, color=colour, label=f"{run.model} {print_scored(run, 'auc')}", zorder=3)
