"""Which networks differ, what the test images are worth, and what choosing the best of them does."""

import pandas as pd

from bonescan.tables.formats import Section, Table
from bonescan.tables.intervals import BY_PATIENT, or_status, print_difference, print_p, sections, sizes
from bonescan.wording import caveats, classifier, first_run, split_unit


def pairs_table(pairs: pd.DataFrame, runs: int, provenance: dict) -> Table:
    """Lay out the tests of every two networks, from `bonescan.scoring.paired.compare_pairs`.

    Parameters
    ----------
    pairs : DataFrame
        With unit and dataset.
    runs : int
        Of the run; the first is shown.
    provenance : dict
    """
    columns = ["Pair", "AUC difference", "p", "Holm's p", "DeLong's p"]
    columns += ["Acc difference", "p of Acc", "Holm's p of Acc", "McNemar's p"]
    printed = sections(
        pairs,
        columns,
        lambda row: [
            f"{row.first} - {row.second}",
            *or_status(
                row,
                lambda: [
                    print_difference(row.auc_difference, row.auc_low, row.auc_high),
                    *map(print_p, (row.auc_p, row.auc_holm, row.auc_p_images)),
                    print_difference(row.accuracy_difference, row.accuracy_low, row.accuracy_high),
                    *map(print_p, (row.accuracy_p, row.accuracy_holm, row.accuracy_p_images)),
                ],
                8,
            ),
        ],
    )
    families = pairs.drop_duplicates(["unit", "dataset"])["family"].unique()
    notes = [
        BY_PATIENT,
        *sizes(pairs),
        "p of the AUC: DeLong's test, clustered by patient (Obuchowski 1997); p of the accuracy: McNemar's, clustered "
        "likewise (Obuchowski 1998).",
        "Holm: adjusted over the pairs of one dataset and split unit "
        f"({', '.join(map(str, sorted(families)))} of networks that trained), AUC and accuracy apart.",
        "All p values are of the weights at hand: trained from another seed, the same networks may differ otherwise.",
        "DeLong's p and McNemar's (exact) take every image for a patient of its own: for comparison alone.",
        *first_run(runs),
        *caveats(provenance),
    ]
    caption = "Differences between every two networks on the same test images."
    return Table("Pairs", caption, pairs, printed, provenance, notes)


def _range(row, name: str, digits: int) -> str:
    middle, least, most = (getattr(row, f"{name}_{of}") for of in ("median", "min", "max"))
    return "undefined" if pd.isna(middle) else f"{middle:.{digits}f} ({least:.{digits}f} to {most:.{digits}f})"


def effective_sizes_table(sizes: pd.DataFrame, summary: pd.DataFrame, runs: int, provenance: dict) -> Table:
    """Lay out the effective sample sizes, from `bonescan.scoring.effective_size`.

    Parameters
    ----------
    sizes : DataFrame
        Of every network, with unit and dataset.
    summary : DataFrame
        From `summarise_effective_sizes`.
    runs, provenance
        As in `pairs_table`.
    """
    rows = [
        [
            row.dataset,
            split_unit(row.unit),
            str(row.n),
            str(row.patients),
            _range(row, "correlation", 2),
            _range(row, "effective", 0),
            _range(row, "auc_design", 2),
        ]
        for row in summary.sort_values("dataset", kind="stable").itertuples(index=False)
    ]
    columns = ["Dataset", "Split unit", "Images", "Patients"]
    columns += ["Correlation in a patient", "Effective images", "Design effect of the AUC"]
    notes = [
        "Median over the networks that trained, in brackets the least and the greatest; each network with its 95 % "
        "interval by patient in the CSV.",
        "Correlation of right and wrong decisions on images of one patient, by analysis of variance; effective images: "
        "images over Kish's design effect, 1 + (m - 1) times the correlation, never more than there are.",
        "Design effect of the AUC: its variance by patient (Obuchowski) over that by image (DeLong).",
        *first_run(runs),
        *caveats(provenance),
    ]
    caption = "How many independent images the test images are worth."
    printed = [Section(pd.DataFrame(rows, columns=columns), group="Dataset")]
    return Table("Effective sizes", caption, sizes, printed, provenance, notes)


def optimism_table(optimism: pd.DataFrame, runs: int, provenance: dict) -> Table:
    """Lay out what the best network loses on patients that it was not chosen by, from `bonescan.scoring.optimism`.

    Parameters as in `pairs_table`.
    """
    names = {"auc": "AUC", "accuracy": "Acc"}

    def cells(row):
        known = pd.notna(row.optimism)
        numbers = (row.score, row.on_half, row.on_other)
        return [
            row.dataset,
            split_unit(row.unit),
            names[row.metric],
            f"{row.n}, {row.patients}",
            f"{classifier(row.best)} of {row.networks}" if known else f"undefined ({row.networks} trained)",
            *(f"{number:.3f}" if known else "" for number in numbers),
            f"{row.chosen_there:.0%}" if known else "",
            f"{row.optimism:+.3f} ({row.optimism_low:+.3f} to {row.optimism_high:+.3f})" if known else "",
        ]

    columns = ["Dataset", "Split unit", "Metric", "Images, patients", "Best on all", "There", "Best on a half"]
    columns += ["The same on the other half", "Chosen by a half", "Optimism"]
    ordered = optimism.sort_values("dataset", kind="stable")
    printed = pd.DataFrame([cells(row) for row in ordered.itertuples(index=False)], columns=columns)
    notes = [
        "The best network of a dataset is a choice made on its test set. Here it is chosen on one half of the test "
        "patients and scored on the other, both ways, over 500 halvings; optimism is what it loses.",
        "In brackets the range of 95 % of the halvings. One network alone has an optimism of 0.",
        "A choice on all patients is less optimistic than one on half of them, by a factor of about 1.4 where the "
        "networks are much alike.",
        *first_run(runs),
        *caveats(provenance),
    ]
    caption = "How much better the best network looks on the patients that it was chosen by."
    return Table("Optimism", caption, optimism, [Section(printed, group="Dataset")], provenance, notes)
