"""The phantom cohort's own tables: bands of real scans, likeness to one, difficulty, shortcuts."""

import pandas as pd

from bonescan.tables.formats import Section, Table
from bonescan.wording import caveats


def _number(value: float) -> str:
    """Print a number with three digits, or as a whole number where it has more."""
    if pd.isna(value):
        return "none"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _share(value: float) -> str:
    return "undefined" if pd.isna(value) else f"{value:.1%}"


def _area(value: float) -> str:
    return "undefined" if pd.isna(value) else f"{value:.3f}"


def bands_table(judged: pd.DataFrame, provenance: dict) -> Table:
    """Lay out the image statistics beside the bands of real scans, from `bonescan.phantom_quality.statistics.judge`."""
    printed = pd.DataFrame(
        {
            "Statistic": [f"{row.name}, {row.unit}" if isinstance(row.unit, str) and row.unit else row.name
                          for row in judged.itertuples(index=False)],
            "Real scans": [f"{_number(row.low)} to {_number(row.high)}" for row in judged.itertuples()],
            "Views": judged["n"].astype(str),
            "Median": judged["median"].map(_number),
            "5 to 95 %": [f"{_number(row.low_5)} to {_number(row.high_95)}" for row in judged.itertuples()],
            "Inside": judged["inside"].map(_share),
            "Below": judged["below"].map(_share),
            "Above": judged["above"].map(_share),
            "At least 90 %": judged["met"].replace("", "not required"),
        }
    )  # fmt: skip
    notes = [
        "Measured on the pictures alone; where a statistic cannot be found, the view lies outside.",
        "The source and definition of each band stand in workflow/resources/real_scans.tsv and in the CSV.",
    ]
    caption = "Image statistics of the phantom's views beside those of real whole-body scans."
    return Table("Phantom bands", caption, judged, [Section(printed)], provenance, notes)


def likeness_table(compared: pd.DataFrame, views: int, provenance: dict) -> Table:
    """Lay out the comparison with the real scan, from `bonescan.phantom_quality.likeness.compare`.

    Parameters
    ----------
    compared : DataFrame
    views : int
        Phantom views compared with.
    """
    printed = pd.DataFrame(
        {
            "Curve": compared["curve"],
            "Mean factor": compared["factor"].map("{:.2f}".format),
            "Outside 5 to 95 %": compared["outside"].map(_share),
            "Worst place": compared["worst_place"],
            "Real there": compared["real"].map(_number),
            "Phantom there": [
                f"{_number(row.median)} ({_number(row.low)} to {_number(row.high)})" for row in compared.itertuples()
            ],
        }
    )
    caption = (
        f"NEMA's real anterior scan NM1 (a stout man, slow scan, lossy compression), thinned to the usual counts, "
        f"beside the {views} normal anterior phantom views of the nearest build."
    )
    notes = ["Mean factor: by how much the real scan differs from the phantoms' median, geometric mean over a curve."]
    return Table("Phantom likeness", caption, compared, [Section(printed)], provenance, notes)


def difficulty_table(judged: pd.DataFrame, provenance: dict) -> Table:
    """Lay out what simple scores and the ideal observer reach, from `bonescan.phantom_quality.difficulty`."""
    printed = pd.DataFrame(
        {
            "Score": judged["score"],
            "AUC": judged["auc"].map(_area),
            "95 % interval": [f"{_area(row.low)} to {_area(row.high)}" for row in judged.itertuples()],
            "Target": judged["target"].replace("", "none"),
            "Met": judged["met"].replace("", "none set"),
        }
    )
    notes = [
        "Scores of the thoracic images, as percentiles among the normal views of the same projection, turned, chosen "
        "and tested in cross-validation (5 folds, 10 times) that keeps each patient on one side; intervals from a "
        "bootstrap of patients.",
        "The ideal observer knows where the lesions are: his AUC is that of the matched filter there against the same "
        "filter without lesions.",
        *caveats(provenance),
    ]
    caption = "How well metastatic and normal views are told apart by simple rules and by an observer who knows all."
    return Table("Phantom difficulty", caption, judged, [Section(printed)], provenance, notes)


def shortcuts_table(judged: pd.DataFrame, provenance: dict) -> Table:
    """Lay out what tells the label without being a finding, from `bonescan.phantom_quality.shortcuts`."""
    others = judged["also"].fillna("").map(lambda names: len(names.split(", ")) if names else 0)
    printed = pd.DataFrame(
        {
            "Variable": [
                f"{name} (and {number} more)" if number else name
                for name, number in zip(judged["variable"], others, strict=True)
            ],
            "AUC": judged["auc"].map(_area),
            "Among equally many views": judged["same_views"].map(_area),
            "Chance": judged["chance"].map("0.5 ± {:.3f}".format),
            "Below 0.55": judged["met"],
        }
    )
    notes = [
        "Each AUC is the larger of a and 1 - a, so that a variable that knows nothing gets about 0.53 on average; that "
        "of the forest is as cross-validated.",
        "Chance: 95 % interval of such a variable, counted in patients where all views of a patient share one value.",
        "Metastatic patients have both views more often by the paper's own numbers (220 views of 166 patients against "
        '126 of 85): what tells no more than that is marked "the paper\'s own".',
        "And more: variables that order the views alike; the CSV names them.",
    ]
    caption = "What might tell the label though it is no finding."
    return Table("Phantom shortcuts", caption, judged, [Section(printed)], provenance, notes)


def spots_table(judged: pd.DataFrame, provenance: dict) -> Table:
    """Lay out what the spots tell beside published figures, from `bonescan.phantom_quality.spots.judge_spots`."""
    printed = pd.DataFrame(
        {
            "Measure": judged["measure"],
            "n": [f"{row.n} {row.of}" for row in judged.itertuples()],
            "Phantom": [
                _area(row.value) + ("" if pd.isna(row.value) else f" ({_area(row.low)} to {_area(row.high)})")
                for row in judged.itertuples()
            ],
            "Published": judged["published"].replace("", "none"),
            "Aim": judged["aim"].replace("", "none"),
            "Met": judged["met"].replace("", "none set"),
        }
    )
    notes = [
        "Hot spots in bone that can be seen, of metastases, degenerative change, fractures, Paget's disease and teeth; "
        "in brackets 95 % intervals from a bootstrap of patients.",
        "Uptake: a spot's peak over its surroundings in the view, without noise.",
        "Shape and place: length to width, area, part of the rib, spots on the ribs beside it, in a logistic "
        "regression cross-validated by patient (5 folds).",
        "Readers, against the truth: patient by patient, over many readings of each, before the panel agrees.",
        "The published figures are of other mixes of patients; each one's source stands in the CSV.",
    ]
    caption = "What the spots on the phantom's views tell, and what readers make of them, beside published figures."
    return Table("Phantom spots", caption, judged, [Section(printed)], provenance, notes)


def learning_table(curve: pd.DataFrame, published: pd.DataFrame, provenance: dict) -> Table:
    """Lay out the standard reader's learning curve, from `bonescan.phantom_quality.learning.summarise_trainings`.

    Parameters
    ----------
    curve : DataFrame
    published : DataFrame
        views, low, high, what, source: `workflow/resources/published_readers.tsv`.
    provenance : dict
    """
    printed = pd.DataFrame(
        {
            "Training views": curve["n_train"].astype(str),
            "Metastatic": curve["metastatic"].map(_share),
            "AUC": [f"{row.auc:.2f} ({row.low:.2f} to {row.high:.2f})" for row in curve.itertuples()],
            "Seeds": curve["seeds"].astype(str),
        }
    )
    points = pd.DataFrame(
        {
            "Published, training images": published["views"].astype(str),
            "AUC": [
                f"{row.low:g}" if row.low == row.high else f"{row.low:g} to {row.high:g}"
                for row in published.itertuples()
            ],
            "What": published["what"],
            "Source": published["source"],
        }
    )
    notes = [
        f"Median and range over the seeds, on {curve['n_test'].iloc[0]} views of patients who were not trained on; "
        "each seed draws its own patients and weights.",
        "The published points are of other cohorts and networks; they say how hard such a task is, no more.",
    ]
    caption = "What a small network learns from so many simulated views."
    return Table("Standard reader", caption, curve, [Section(printed), Section(points)], provenance, notes)
