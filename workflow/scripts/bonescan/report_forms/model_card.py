"""A model card of the run's networks under the headings of Mitchell et al. (FAT* 2019, arXiv:1810.03993)."""

from bonescan.report_forms.facts import (
    Facts,
    count,
    describe_labels,
    describe_software,
    enumerate_words,
    list_values,
    span,
)
from bonescan.tables.intervals import print_interval
from bonescan.terms import TRAINED
from bonescan.wording import DATASET_NAMES, SCORE_NAMES, classifier, origin, part_name, sort_units

SHOWN = ("accuracy", "recall", "specificity", "auc")
"""Scores of the card; the tables have the others."""


def fill_card(facts: Facts) -> dict[str, list[str]]:
    """Return the card: lines by heading, what a person must state begins with `open:`."""
    return {
        "Model details": describe_details(facts),
        "Intended use": describe_use(facts),
        "Factors": describe_factors(facts),
        "Metrics": [
            "Accuracy, precision, recall, specificity, F-1 and AUC of metastasis against normal; the threshold is a "
            "probability of one half.",
            "Intervals: 95 %, bootstrap of patients, each with all of its test images; the scatter of draws and seeds "
            "is added where there are several (`evaluate/.../summary.tsv`).",
        ],
        "Evaluation data": describe_evaluation(facts),
        "Training data": describe_training(facts),
        "Quantitative analyses": describe_results(facts),
        "Ethical considerations": describe_ethics(facts),
        "Caveats and recommendations": describe_caveats(facts),
    }


def describe_details(facts: Facts) -> list[str]:
    """Say which networks, how they were trained, with what."""
    networks = [
        f"{classifier(name)}: {network['network']['family']}, {network['weight_layers']} weight layers, "
        f"{network['parameters']} parameters."
        for name, network in facts.networks.items()
        if name in facts.settings["models"]
    ]
    size, outputs = {tuple(network["input_shape"][:2]) for network in facts.networks.values()}, "normal, metastasis"
    inputs = " or ".join(f"{rows} x {columns}" for rows, columns in sorted(size))
    return [
        f"{origin(dict(facts.provenance))}; one network for each dataset, split unit, draw and seed: "
        f"{count(len(facts.fits), 'training')}.",
        f"Input: a thoracic image of {inputs} pixels. Output: probabilities of {outputs}.",
        *networks,
        f"Software: {describe_software(facts)} (`train/.../fit.json`).",
        "Method: Lin et al., Sci Rep 2021, 11:4223. Licence of the workflow: MIT.",
        "open: who answers for these weights, their version, where questions go.",
    ]


def describe_use(facts: Facts) -> list[str]:
    """Say what the networks are for, and what not."""
    return [
        "To reproduce and question a published method.",
        "Not a medical device: not for diagnosis, screening or triage.",
        *([] if facts.phantom else ["open: the use that is meant, its users, and what lies outside it."]),
    ]


def describe_factors(facts: Facts) -> list[str]:
    """Say which groups the images fall into."""
    cohort = facts.cohort
    lines = [
        f"Views: {list_values(cohort['view'])}. Classes: {list_values(cohort['subtype'])} (`label/cohort.tsv`).",
        f"Pixels of {span(facts.scans['pixel_spacing'], 2)} mm, {span(facts.scans['counts'])} counts a view "
        "(`ingest/scans.tsv`).",
        "Scores by subtype, view and counts: `clinical_use/subgroups.csv`, a target of its own.",
    ]
    if facts.phantom:
        return [*lines, "Sex and age of the simulated patients: `simulate/truth_views.tsv`."]
    return [*lines, "open: sex, age, scanner, tracer, primary tumour."]


def describe_evaluation(facts: Facts) -> list[str]:
    """Say what each test part is."""
    parts = facts.summary.drop_duplicates(["unit", "dataset"])
    lines = []
    for row in parts.itertuples():
        divided = f", over {row.draws} {'folds' if row.folds else 'draws'}" if row.draws > 1 else ""
        lines.append(
            f"{part_name(row.unit, row.dataset)} ({DATASET_NAMES[row.dataset]}): {row.n_test} test images, "
            f"{count(row.patients, 'patient')} tested{divided}."
        )
    return [*lines, "Of the same cohort as the training images; no external test."]


def describe_training(facts: Facts) -> list[str]:
    """Say what the networks learned from."""
    cohort, made = facts.cohort, "Simulated" if facts.phantom else "Own"
    parts = facts.summary.drop_duplicates(["unit", "dataset"])
    sizes = "; ".join(f"{part_name(row.unit, row.dataset)} {row.n_train}" for row in parts.itertuples())
    return [
        f"{made} scans: {count(len(cohort), 'view')} of {count(cohort['patient'].nunique(), 'patient')} "
        f"({describe_labels(cohort)}), augmented to {len(facts.lineage)} ({describe_labels(facts.lineage)}).",
        f"Training images: {sizes}.",
        *([] if facts.phantom else ["open: hospital, period, how patients were chosen."]),
    ]


def describe_results(facts: Facts) -> list[str]:
    """Return a line for each row of the summary."""
    lines = []
    for unit in sort_units(facts.summary["unit"]):
        for row in facts.summary[facts.summary["unit"] == unit].itertuples():
            name = f"{part_name(row.unit, row.dataset)}, {classifier(row.model)}"
            if row.status != TRAINED:
                lines.append(f"{name}: {row.status}.")
                continue
            scores = [
                f"{SCORE_NAMES[metric]} "
                f"{print_interval(*(getattr(row, metric + end) for end in ('', '_low', '_high')))}"
                for metric in SHOWN
            ]
            lines.append(f"{name}: {', '.join(scores)}; {row.runs_trained} of {row.runs} trainings.")
    return lines


def describe_ethics(facts: Facts) -> list[str]:
    """Say whose scans they are."""
    if facts.phantom:
        return ["No person's data: all scans are simulated."]
    return [
        f"Scans of persons, under pseudonyms ({facts.settings['cohort']['pseudonyms']}). Weights of a network may hold "
        "traces of its training images: share them as carefully as the scans.",
        "open: ethics approval, consent or its waiver, data protection.",
    ]


def describe_caveats(facts: Facts) -> list[str]:
    """Say what keeps the numbers from meaning more."""
    units, scale = list(facts.summary["unit"].unique()), facts.provenance["scale"]
    lines = [f"Split by {enumerate_words(sort_units(units))}."]
    if "image" in units:
        lines.append("Split by image, variants of one view lie in both parts: such scores say nothing of new patients.")
    if scale != "paper":
        lines.append(f"{scale.capitalize()} scale is not the paper's: fewer pixels, channels and epochs.")
    if len(facts.settings["seeds"]) == 1:
        lines.append("One training seed: networks are not ranked by it.")
    return [*lines, "Predictive values depend on prevalence: see the target `clinical_use`."]
