"""Reliability diagrams, decision curves and predictive values: datasets across, split units down."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from bonescan.figures.curves import make_grid
from bonescan.figures.style import ACCENT, FAINT, MARK, say, styled
from bonescan.tables.intervals import print_scored
from bonescan.terms import TRAINED
from bonescan.wording import caveats, classifier, first_run

_OTHERS = {"color": FAINT, "linewidth": 0.5, "alpha": 0.7, "zorder": 2}
_BAND = {"alpha": 0.2, "linewidth": 0, "zorder": 1}


def _panels(scores: pd.DataFrame, runs: int, provenance: dict, note: str) -> tuple[Figure, dict[tuple, Axes]]:
    """Return a figure with a panel for each test part, and its panels."""
    sentences = [note, "Bands and bars: 95 %, by patient.", *first_run(runs), *caveats(provenance)]
    figure, panels, _ = make_grid(scores, provenance, " ".join(sentences), 8)
    return figure, panels


def _of(frame: pd.DataFrame, unit: str, dataset: str) -> pd.DataFrame:
    return frame[(frame["unit"] == unit) & (frame["dataset"] == dataset)]


def _write(panel: Axes, text: str, place: tuple[float, float], colour: str = "#595959") -> None:
    """Write small text into a panel, its corner nearest to `place` there, on what it would hide."""
    ha, va = "left" if place[0] < 0.5 else "right", "bottom" if place[1] < 0.5 else "top"
    box = {"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.5}
    panel.text(*place, text, transform=panel.transAxes, ha=ha, va=va, fontsize=6, color=colour, bbox=box, zorder=5)


def _sizes(run) -> str:
    """Return how many images and patients a panel's curves come from."""
    return f"{run.n} images of\n{run.patients} patients"


def _find_run(scores: pd.DataFrame, unit: str, dataset: str, model: str, panel: Axes):
    """Return the row of the network that a panel shows; None, and the reason in the panel, where it has no result."""
    of_part = _of(scores, unit, dataset)
    run = next(of_part[of_part["model"] == model].itertuples(index=False), None)
    if run is None or run.status != TRAINED:
        say(panel, f"{classifier(model)}:\n{'was not run' if run is None else run.status}")
        return None
    return run


@styled
def draw_reliability(scores: pd.DataFrame, curve: pd.DataFrame, model: str, runs: int, provenance: dict) -> Figure:
    """Draw the reliability diagram of one network, the others behind it.

    Parameters
    ----------
    scores, curve : DataFrame
        From `bonescan.scoring.calibration.score_calibration`, with unit and dataset.
    model : str
        The network in colour.
    runs : int
        Of the run; the first is drawn.
    provenance : dict
    """
    note = f"{classifier(model)} (figures.classifier) in colour, the other networks in grey. Dotted: right."
    figure, panels = _panels(scores, runs, provenance, note)
    for (unit, dataset), panel in panels.items():
        run = _find_run(scores, unit, dataset, model, panel)
        if run is None:
            continue
        for name, points in _of(curve, unit, dataset).groupby("model", sort=False):
            if name != model:
                panel.plot(points["probability"], points["share"], **_OTHERS)
                continue
            panel.plot(points["probability"], points["share"], "o-", color=ACCENT, markersize=3, zorder=4)
            bars = {"color": ACCENT, "linewidth": 0.7, "zorder": 3}
            panel.vlines(points["probability"], points["share_low"], points["share_high"], **bars)
        panel.plot([0, 1], [0, 1], ":", color=FAINT, linewidth=0.7, zorder=1)
        panel.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), aspect="equal", xlabel="Probability of metastasis")
        if dataset == min(scores["dataset"]):
            panel.set_ylabel("Share of metastatic images")
        _write(panel, _sizes(run), (0.03, 0.99))
        text = f"ECE {print_scored(run, 'ece')}\nby chance {run.ece_by_chance:.2f}\nslope {print_scored(run, 'slope')}"
        _write(panel, text, (0.99, 0.02), ACCENT)
    return figure


@styled
def draw_decision_curves(points: pd.DataFrame, curves: pd.DataFrame, model: str, runs: int, provenance: dict) -> Figure:
    """Draw the net benefit of one network by threshold, beside treating all and none, the other networks behind it.

    Parameters
    ----------
    points, curves : DataFrame
        From `bonescan.scoring.use.score_use`, with unit and dataset.
    model, runs, provenance
        As in `draw_reliability`.
    """
    note = (
        f"{classifier(model)} (figures.classifier) in colour, the other networks in grey. At the prevalence "
        "of the test images, far above that of a clinic. To treat none has a net benefit of 0."
    )
    figure, panels = _panels(points, runs, provenance, note)
    for (unit, dataset), panel in panels.items():
        run = _find_run(points, unit, dataset, model, panel)
        if run is None:
            continue
        for name, found in _of(curves, unit, dataset).groupby("model", sort=False):
            if name != model:
                panel.plot(found["threshold"], found["net_benefit"], **_OTHERS)
                continue
            panel.plot(found["threshold"], found["treat_all"], "--", color=MARK, linewidth=0.8, zorder=3)
            panel.plot(found["threshold"], found["net_benefit"], color=ACCENT, zorder=4)
            band = found["net_benefit_low"], found["net_benefit_high"]
            panel.fill_between(found["threshold"], *band, color=ACCENT, **_BAND)
        panel.axhline(0, color="black", linewidth=0.7, zorder=1)
        highest = curves["net_benefit_high"].max()
        panel.set(xlim=(0, 0.6), ylim=(-0.08, 0.03 + highest), xlabel="Threshold probability")
        if dataset == min(points["dataset"]):
            panel.set_ylabel("Net benefit per image")
        _write(panel, _sizes(run), (0.98, 0.99))
    handles = [
        Line2D([], [], color=ACCENT, label=classifier(model)),
        Line2D([], [], color=MARK, linestyle="--", label="treat all"),
        Line2D([], [], color="black", label="treat none"),
        Line2D([], [], color=FAINT, linewidth=0.5, label="other networks"),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))
    return figure


@styled
def draw_predictive_values(
    points: pd.DataFrame, predictive: pd.DataFrame, model: str, runs: int, provenance: dict
) -> Figure:
    """Draw positive and negative predictive value of one network by prevalence.

    Parameters
    ----------
    points, predictive : DataFrame
        From `bonescan.scoring.use.score_use`, with unit and dataset.
    model, runs, provenance
        As in `draw_reliability`.
    """
    note = (
        f"{classifier(model)} (figures.classifier), the soft-max's own decision; its sensitivity and specificity are "
        "taken to hold at every prevalence."
    )
    figure, panels = _panels(points, runs, provenance, note)
    looks = {"ppv": (MARK, "positive predictive value"), "npv": (ACCENT, "negative predictive value")}
    for (unit, dataset), panel in panels.items():
        run = _find_run(points, unit, dataset, model, panel)
        if run is None:
            continue
        of_part = _of(predictive, unit, dataset)
        found = of_part[of_part["model"] == model]
        for name, (colour, _) in looks.items():
            panel.plot(found["prevalence"], found[name], color=colour, zorder=3)
            panel.fill_between(found["prevalence"], found[f"{name}_low"], found[f"{name}_high"], color=colour, **_BAND)
        panel.set(xlim=(0, 0.42), ylim=(0, 1.02), xlabel="Prevalence of metastases")
        if dataset == min(points["dataset"]):
            panel.set_ylabel("Predictive value")
        rates = "\n".join(f"{name} {print_scored(run, name)}" for name in ("sensitivity", "specificity"))
        _write(panel, f"{_sizes(run)}\n{rates}", (0.99, 0.02))
    handles = [Patch(color=colour, label=text) for colour, text in looks.values()]
    figure.legend(handles=handles, loc="outside upper center", ncols=2)
    return figure
