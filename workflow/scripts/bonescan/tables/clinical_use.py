"""Calibration, operating points, predictive values and subgroups of the networks."""

import pandas as pd

from bonescan.tables.formats import Table
from bonescan.tables.intervals import BY_PATIENT, or_status, print_scored, sections, sizes
from bonescan.wording import SUBTYPE_NAMES, caveats, classifier, first_run


def calibration_table(scores: pd.DataFrame, runs: int, provenance: dict) -> Table:
    """Lay out the calibration, from `bonescan.scoring.calibration.score_calibration`.

    Parameters
    ----------
    scores : DataFrame
        With unit and dataset.
    runs : int
        Of the run; the first is shown.
    provenance : dict
    """
    columns = ["Classifier", "Brier score", "Skill", "ECE", "ECE by chance", "Slope", "In the large"]
    printed = sections(
        scores,
        columns,
        lambda row: [
            classifier(row.model),
            *or_status(
                row,
                lambda: [
                    *(print_scored(row, name) for name in ("brier", "skill", "ece")),
                    f"{row.ece_by_chance:.3f}",
                    *(print_scored(row, name) for name in ("slope", "intercept")),
                ],
                len(columns) - 1,
            ),
        ],
    )
    notes = [
        BY_PATIENT,
        *sizes(scores),
        "Skill: 1 less the Brier score over that of calling every image's probability the prevalence; 0 or less is "
        "useless.",
        "ECE: expected calibration error over at most 10 bins of equally many images; by chance: that of probabilities "
        "that are right, on as many independent images.",
        "Slope: below 1 the probabilities are too extreme. In the large: logit by which they are too low on the whole. "
        "Probabilities within 0.000001 of 0 and 1 count as that.",
        *first_run(runs),
        *caveats(provenance),
    ]
    return Table("Calibration", "Do the probabilities mean what they say?", scores, printed, provenance, notes)


def points_table(points: pd.DataFrame, runs: int, provenance: dict) -> Table:
    """Lay out the operating points, from `bonescan.scoring.use.score_use`. Parameters as in `calibration_table`."""
    at = [f"{name}_at_{least}" for name in ("sensitivity", "specificity") for least in (80, 90, 95)]
    columns = ["Classifier", "AUC", "Sensitivity", "Specificity"]
    columns += [f"Sens at spec .{least}" for least in (80, 90, 95)]
    columns += [f"Spec at sens .{least}" for least in (80, 90, 95)]
    names = ["auc", "sensitivity", "specificity", *at]
    printed = sections(
        points,
        columns,
        lambda row: [
            classifier(row.model),
            *or_status(row, lambda: [print_scored(row, name) for name in names], len(names)),
        ],
    )
    notes = [
        BY_PATIENT,
        *sizes(points),
        "Sensitivity and specificity: of the soft-max's own decision, above one half.",
        "Sens at spec, spec at sens: the threshold is set on the test images themselves, in each resample anew; on new "
        "patients it would not hold exactly.",
        *first_run(runs),
        *caveats(provenance),
    ]
    return Table("Operating points", "Sensitivity against specificity.", points, printed, provenance, notes)


def predictive_table(predictive: pd.DataFrame, runs: int, provenance: dict) -> Table:
    """Lay out the predictive values at four prevalences, from `bonescan.scoring.use.score_use`.

    Parameters as in `calibration_table`.
    """
    shown = (0.02, 0.10, 0.20, 0.40)
    wide = predictive[predictive["prevalence"].isin(shown)]
    columns = ["Classifier", *(f"{name} at {at:.0%}" for name in ("PPV", "NPV") for at in shown)]
    rows = []
    for keys, found in wide.groupby(["unit", "dataset", "model", "status"], sort=False):
        by = {row.prevalence: row for row in found.itertuples(index=False)}
        run = dict(zip(("unit", "dataset", "model", "status"), keys, strict=True))
        rows.append({**run, "cells": [print_scored(by[at], name) for name in ("ppv", "npv") for at in shown]})
    laid_out = sections(
        pd.DataFrame(rows),
        columns,
        lambda row: [classifier(row.model), *or_status(row, lambda: row.cells, len(columns) - 1)],
    )
    notes = [
        BY_PATIENT,
        *sizes(predictive),
        "By Bayes' rule from sensitivity and specificity of the soft-max's decision, which are taken to hold at every "
        "prevalence; all prevalences from 2 to 40 % in the CSV.",
        *first_run(runs),
        *caveats(provenance),
    ]
    caption = "Predictive values by the share of metastases among those examined."
    return Table("Predictive values", caption, predictive, laid_out, provenance, notes)


KIND_NAMES = {"subtype": "Subtype", "view": "View", "contrast": "Contrast", "counts": "Counts"}


def subgroups_table(scores: pd.DataFrame, model: str, least: int, runs: int, provenance: dict) -> Table:
    """Lay out the scores of one network by subgroup, from `bonescan.scoring.subgroups.score_subgroups`.

    Parameters
    ----------
    scores : DataFrame
        Of all networks, with unit and dataset.
    model : str
        The network that is printed.
    least : int
        Patients of a class that a number needs.
    runs, provenance
        As in `calibration_table`.
    """

    def score(row, name: str, classes: tuple[str, ...]) -> str:
        few = [one for one in classes if getattr(row, f"patients_{one}") < least]
        return f"fewer than {least} patients" if few else print_scored(row, name)

    def cells(row) -> list[str]:
        against_normal = row.kind in ("subtype", "contrast")
        needed = ("metastatic",) if against_normal else ("metastatic", "normal")
        return [
            KIND_NAMES[row.kind],
            SUBTYPE_NAMES.get(row.group, row.group),
            f"{row.n} ({row.metastatic})",
            str(row.patients),
            *or_status(
                row,
                lambda: [
                    score(row, "auc", needed),
                    score(row, "sensitivity", ("metastatic",)),
                    "" if against_normal else score(row, "specificity", ("normal",)),
                ],
                3,
            ),
        ]

    columns = ["By", "Group", "Images (metastatic)", "Patients", "AUC", "Sensitivity", "Specificity"]
    printed = sections(scores[scores["model"] == model], columns, cells, "By")
    truth = "contrast" in set(scores["kind"])
    notes = [
        f"{classifier(model)} (figures.classifier); all networks in the CSV.",
        BY_PATIENT,
        "Groups of metastatic images alone are held against all normal images of the test part.",
        f"No number of fewer than {least} patients of a class that it needs.",
        "Thirds are those of the views of the test part; counts: of the whole-body view.",
        *(
            ["Contrast: the strongest visible lesion's peak over what lies under it, in the thorax, as simulated."]
            if truth
            else []
        ),
        *first_run(runs),
        *caveats(provenance),
    ]
    return Table("Subgroups", "Scores by subgroup.", scores, printed, provenance, notes)
