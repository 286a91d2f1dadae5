"""What the paper's text claims, held against its own tables: as they are printed, and as their rows imply."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import NamedTuple

import pandas as pd

from bonescan.audit.findings import Explained, corrected
from bonescan.audit.printed import read_number
from bonescan.audit.search import Matrix, Size
from bonescan.terms import MODELS, PAPER_METRICS, SUBTYPES
from bonescan.wording import SCORE_NAMES, classifier

HOLDS, FALSE, UNKNOWN = VERDICTS = ("holds", "false", "not in the tables")


@dataclass(frozen=True)
class Tables:
    """The paper's tables.

    Attributes
    ----------
    cells : dict of (str, str, str) to Decimal
        Of Tables 6 to 9, with the digits that are printed, by dataset, classifier and metric.
    images : dict of (str, str) to int
        Of Tables 1 and 2, by table and class.
    ratios : dict of (str, str) to str
        Likewise, as printed.
    matrices : dict of (str, str) to Matrix
        Behind the rows of Tables 6 to 8, by dataset and classifier; none as printed.
    sizes : dict of str to Size
        Of the test sets, by dataset; none as printed.
    """

    cells: Mapping[tuple[str, str, str], Decimal]
    images: Mapping[tuple[str, str], int]
    ratios: Mapping[tuple[str, str], str]
    matrices: Mapping[tuple[str, str], Matrix]
    sizes: Mapping[str, Size]


class Finding(NamedTuple):
    """One of `VERDICTS`, and the numbers that decide it."""

    verdict: str
    evidence: str


class Claim(NamedTuple):
    """A sentence of the paper.

    Attributes
    ----------
    place, text : str
    tables : str
        That it is held against.
    check : callable
        Takes `Tables`, returns a `Finding`.
    """

    place: str
    text: str
    tables: str
    check: Callable[[Tables], Finding]


def read_tables(published: pd.DataFrame, explained: list[Explained]) -> tuple[Tables, Tables]:
    """Return the paper's tables as printed, and as implied: misprints corrected, matrices and test sizes known.

    Parameters
    ----------
    published : DataFrame of str
        `published.tsv`.
    explained : list of Explained
        Its rows.
    """
    counted = published[published["model"] == ""]
    images, ratios = (
        {(row.table, row.subtype): row.value for row in counted[counted["metric"] == metric].itertuples()}
        for metric in ("samples", "ratio")
    )
    images = {key: int(value) for key, value in images.items()}
    printed, implied = {}, {}
    for entry in explained:
        key = (entry.row.dataset, entry.row.model)
        for metric, cell in entry.row.cells.items():
            printed[*key, metric] = Decimal(cell.text)
            implied[*key, metric] = Decimal(corrected(entry, metric).text)
        if entry.row.auc:
            printed[*key, "auc"] = implied[*key, "auc"] = Decimal(entry.row.auc.text)
    matrices = {(entry.row.dataset, entry.row.model): entry.matrix for entry in explained if entry.matrix}
    sizes = {entry.row.dataset: entry.sizes.candidates[0] for entry in explained if entry.sizes.settled}
    return Tables(printed, images, ratios, {}, {}), Tables(implied, images, ratios, matrices, sizes)


def of_one_classifier(values: Mapping[str, str], tables: Tables) -> Finding:
    """Scores that a text gives together are of one classifier on D3."""
    owners = {
        metric: [model for model in MODELS if tables.cells["D3", model, metric] == Decimal(value)]
        for metric, value in values.items()
    }
    whole = [model for model in MODELS if all(model in found for found in owners.values())]
    evidence = ", ".join(
        f"{SCORE_NAMES[metric]} {values[metric]} {' or '.join(map(classifier, found)) or 'no classifier'}"
        for metric, found in owners.items()
    )
    return Finding(HOLDS if whole else FALSE, evidence)


def above(model: str, least: str, tables: Tables) -> Finding:
    """All of a classifier's metrics on D3 are above a value."""
    found = {metric: tables.cells["D3", model, metric] for metric in PAPER_METRICS}
    below = {metric: value for metric, value in found.items() if value <= Decimal(least)}
    shown = below or {min(found, key=found.get): min(found.values())}
    evidence = ", ".join(f"{SCORE_NAMES[metric]} {value}" for metric, value in shown.items())
    return Finding(FALSE if below else HOLDS, evidence)


def highest_auc(model: str, tables: Tables) -> Finding:
    """A classifier has the highest AUC of Table 9."""
    (dataset, best), value = max(
        (((dataset, name), value) for (dataset, name, metric), value in tables.cells.items() if metric == "auc"),
        key=lambda item: item[1],
    )
    return Finding(HOLDS if best == model else FALSE, f"{value}, {classifier(best)} on {dataset}")


def better(datasets: tuple[str, ...], than: str, tables: Tables) -> Finding:
    """All classifiers have a higher accuracy on some datasets than on another."""
    worse = []
    for model in MODELS:
        for dataset in datasets:
            value, other = tables.cells[dataset, model, "accuracy"], tables.cells[than, model, "accuracy"]
            if value <= other:
                worse.append(f"{classifier(model)} {value} on {dataset}, {other} on {than}")
    return Finding(FALSE, "; ".join(worse)) if worse else Finding(HOLDS, f"higher for all {len(MODELS)}")


def share_tested(dataset: str, share: Fraction, table: str, tables: Tables) -> Finding:
    """A dataset's test set is a share of its images, to the image."""
    if dataset not in tables.sizes:
        return Finding(UNKNOWN, "")
    images, tested = sum(tables.images[table, subtype] for subtype in SUBTYPES), sum(tables.sizes[dataset])
    verdict = HOLDS if abs(tested - share * images) < 1 else FALSE
    return Finding(verdict, f"{tested} of {images}, {read_number('0.0%').like(Fraction(tested, images))}")


def misclassified(dataset: str, model: str, fn: int, fp: int, tables: Tables) -> Finding:
    """So many metastases were called normal, and so many normal images metastases."""
    matrix = tables.matrices.get((dataset, model))
    if matrix is None:
        return Finding(UNKNOWN, "")
    return Finding(
        HOLDS if (matrix.fn, matrix.fp) == (fn, fp) else FALSE,
        f"{matrix.fn} of {matrix.tp + matrix.fn} metastases, {matrix.fp} of {matrix.fp + matrix.tn} normal images",
    )


def averaged(tables: Tables) -> Finding:
    """The scores are averages of runs that differ, so that some row is no single matrix of whole images."""
    if not tables.matrices:
        return Finding(UNKNOWN, "")
    rows = {(dataset, model) for dataset, model, metric in tables.cells if metric != "auc"}
    single = len(tables.matrices)
    return Finding(FALSE if single == len(rows) else HOLDS, f"{single} of {len(rows)} rows are single matrices")


def adds_up(table: str, images: int, tables: Tables) -> Finding:
    """The classes of a table add up to its caption, and its ratios are theirs."""
    counts = {subtype: tables.images[table, subtype] for subtype in SUBTYPES}
    total = sum(counts.values())
    off = []
    for subtype, count in counts.items():
        printed = read_number(tables.ratios[table, subtype])
        if not printed.readings(Fraction(count, total)):
            off.append(f"{count}/{total} is {printed.like(Fraction(count, total))}, not {printed.text}")
    evidence = "; ".join([" + ".join(map(str, counts.values())) + f" = {total}", *off])
    return Finding(HOLDS if total == images and not off else FALSE, evidence)


ABSTRACT = {
    "accuracy": "0.9807",
    "precision": "0.9900",
    "recall": "0.9830",
    "specificity": "0.9890",
    "f1": "0.9802",
    "auc": "0.9933",
}

CLAIMS = (
    Claim(
        "Abstract; Introduction",
        "It achieves 0.9807, 0.9900, 0.9830, 0.9890, 0.9802 and 0.9933 (one classifier)",
        "Tables 8, 9",
        partial(of_one_classifier, ABSTRACT),
    ),
    Claim("Results", "SPECS V21: a value over 0.98 for all metrics", "Table 8", partial(above, "V21", "0.98")),
    Claim("Results", "SPECS V21 achieves the highest AUC value", "Table 9", partial(highest_auc, "V21")),
    Claim(
        "Results",
        "All classifiers obtain better performance on the augmented datasets than on the original one",
        "Tables 6 to 8",
        partial(better, ("D2", "D3"), "D1"),
    ),
    Claim(
        "Results",
        "Normalization has no contribution: no classifier is better with it (D2) than without (D3)",
        "Tables 7, 8",
        partial(better, ("D3",), "D2"),
    ),
    *(
        Claim(
            "Experimental setup",
            f"Training and test subset of {dataset} are 7:3",
            f"{table}, {results}",
            partial(share_tested, dataset, Fraction(3, 10), table),
        )
        for dataset, table, results in (
            ("D1", "Table 1", "Table 6"),
            ("D2", "Table 2", "Table 7"),
            ("D3", "Table 2", "Table 8"),
        )
    ),
    Claim("Experimental setup", "The scores are averages of 10 runs (that differ)", "Tables 6 to 8", averaged),
    Claim(
        "Results",
        "6 metastasized and 8 normal images were misclassified by SPECS V21 on D3",
        "Table 8",
        partial(misclassified, "D3", "V21", 6, 8),
    ),
    Claim("Table 1", "n = 346, and the ratios of its classes", "Table 1", partial(adds_up, "Table 1", 346)),
    Claim("Table 2", "n = 2390, and the ratios of its classes", "Table 2", partial(adds_up, "Table 2", 2390)),
)
"""In the paper's words, shortened; in brackets what they must mean to be checked."""


def check_claims(printed: Tables, implied: Tables) -> pd.DataFrame:
    """Hold every claim against both readings of the tables.

    Returns
    -------
    DataFrame
        One row each of `CLAIMS`: place, claim, tables, printed, printed_evidence, implied, implied_evidence.
    """
    rows = []
    for claim in CLAIMS:
        as_printed, as_implied = claim.check(printed), claim.check(implied)
        rows.append([claim.place, claim.text, claim.tables, *as_printed, *as_implied])
    columns = ["place", "claim", "tables", "printed", "printed_evidence", "implied", "implied_evidence"]
    return pd.DataFrame(rows, columns=columns)
