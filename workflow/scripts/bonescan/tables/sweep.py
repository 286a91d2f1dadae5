"""The sweep over initial weights and learning rates: every training, and the best of each dataset."""

import pandas as pd

from bonescan.tables.formats import SPAN, Section, Table
from bonescan.terms import DIVERGED, TRAINED
from bonescan.wording import DATASET_NAMES, caveats, classifier


def initialiser_name(initial_weights: str) -> str:
    """Return an initialiser's name in words: `he_normal` is `He normal`."""
    return initial_weights.replace("_", " ").capitalize()


def _cells(row) -> list[str]:
    if row.status == DIVERGED:
        return [row.status, *[SPAN] * 3]
    low, high = f"{row.auc_low:.3f}", f"{row.auc_high:.3f}"
    numbers = (row.training_loss, row.training_accuracy, row.validation_accuracy)
    mark = "" if row.status == TRAINED else " †"
    return [*(f"{number:.4f}" for number in numbers), f"{row.validation_auc:.3f} ({low} to {high}){mark}"]


def sweep_table(
    runs: pd.DataFrame, chosen: pd.DataFrame, model: str, unit: str, provenance: dict, compared: dict | None = None
) -> Table:
    """Lay out the sweep.

    Parameters
    ----------
    runs : DataFrame
        One row per dataset, initial_weights, learning_rate and seed: status, reason, epochs (trained), training_loss,
        training_accuracy (of the final weights), validation_accuracy, validation_auc, auc_low, auc_high, n_train,
        n_validation.
    chosen : DataFrame
        The rows that `bonescan.scoring.sweep.choose_best` returns.
    model, unit : str
        The network, and the unit by which the validation part was cut.
    provenance : dict
    compared : dict, optional
        Of two datasets, each at its best, the difference in validation AUC: `of` and `less` (datasets), auc, low, high.
    """
    several = runs["seed"].nunique() > 1
    rows = [
        [
            row.dataset,
            initialiser_name(row.initial_weights),
            f"{row.learning_rate:g}",
            *([str(row.seed)] * several),
            *_cells(row),
        ]
        for row in runs.itertuples(index=False)
    ]
    columns = ["Dataset", "Initial weights", "Learning rate", *(["Seed"] * several)]
    columns += ["Training loss", "Training accuracy", "Validation accuracy", "Validation AUC (95 %)"]
    notes = [
        f"{row.dataset} ({DATASET_NAMES[row.dataset]}) is best at a rate of {row.learning_rate:g} from "
        f"{initialiser_name(row.initial_weights)} weights: validation AUC {row.validation_auc:.3f} "
        f"({row.auc_low:.3f} to {row.auc_high:.3f})."
        for row in chosen.itertuples(index=False)
    ]
    if compared:
        notes.append(
            f"With each at its best, the validation AUC of {compared['of']} less that of {compared['less']} is "
            f"{compared['auc']:+.3f} ({compared['low']:+.3f} to {compared['high']:+.3f}, both on the same images)."
        )
    sizes = runs.drop_duplicates("dataset")
    notes += [
        f"{row.dataset}: {row.n_train} training, {row.n_validation} validation images." for row in sizes.itertuples()
    ]
    notes += [
        f"The validation part is cut by {unit} from the training part; the test part is never seen.",
        "Intervals: bootstrap of patients. The best of many trainings is better here than it would be on new patients.",
        "† did not train: loss and accuracy on the training images are still those of the share of each class; "
        "ranks can be better than chance before that, even at the initial weights.",
    ]
    return Table(
        "Sweep",
        f"{classifier(model)} by initial weights and learning rate.",
        runs.assign(model=model, unit=unit),
        [Section(pd.DataFrame(rows, columns=columns), group="Dataset")],
        provenance,
        [*notes, *caveats(provenance)],
    )
