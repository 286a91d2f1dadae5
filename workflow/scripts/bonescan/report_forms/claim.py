"""The CLAIM checklist, 2024 update, in short words of our own, answered from a run.

Tejani et al., Radiol Artif Intell 2024, 6(4):e240300: 44 items in the order of a paper. Numbers and topics were taken
from a published retelling that says it was compared item by item with the article; the article has the wording.
"""

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from bonescan.report_forms.facts import (
    Facts,
    best_row,
    count,
    describe_labels,
    describe_software,
    enumerate_words,
    list_values,
    span,
)
from bonescan.wording import by_dataset, classifier

SOURCE = "Tejani et al., Radiol Artif Intell 2024, 6(4):e240300"

ITEMS = (
    ("Title and abstract", ("AI named in the title", "Structured summary")),
    ("Introduction", ("Background and clinical role", "Aims and hypotheses")),
    ("Study design", ("Prospective or retrospective", "Goal of the study")),
    (
        "Data",
        (
            "Sources of the data",
            "Inclusion and exclusion",
            "Preprocessing",
            "Selection of parts of the data",
            "De-identification",
            "Missing data",
            "Acquisition",
        ),
    ),
    (
        "Reference standard",
        (
            "Definition",
            "Reason for its choice",
            "Annotators",
            "Annotation of the test part",
            "Variation among annotators",
        ),
    ),
    ("Data partitions", ("How assigned", "What is kept apart")),
    ("Testing data", ("Intended sample size",)),
    ("Model", ("Architecture", "Software", "Initial parameters")),
    ("Training", ("Procedure", "Choice of the final model", "Ensembles")),
    (
        "Evaluation",
        (
            "Metrics",
            "Uncertainty",
            "Robustness",
            "Explainability",
            "Internal testing",
            "External testing",
            "Trial registration",
        ),
    ),
    ("Results: data", ("Numbers included and excluded", "Characteristics of each part")),
    ("Results: performance", ("Performance on each part", "Estimates with intervals", "Failures")),
    ("Discussion", ("Limitations", "Implications")),
    ("Other", ("Protocol", "Availability", "Funding")),
)
"""Sections, each with the topics of its items; numbered through from 1."""


class Answer(NamedTuple):
    """What stands at an item."""

    text: str
    """filled from the run; empty where no file says anything"""
    file: str
    """that it comes from"""
    open: str = ""
    """what a person must state; empty where nothing is left"""


def study_answers(facts: Facts) -> dict[int, Answer]:
    """Return items 1 to 6."""
    models = enumerate_words(classifier(model) for model in facts.settings["models"])
    simulated = " on simulated scans" if facts.phantom else ""
    return {
        1: Answer(f"Deep learning: convolutional networks ({models}){simulated}.", "config", "the title"),
        2: Answer("", "", "a structured summary; the tables of the run have its numbers"),
        3: Answer("", "", "clinical background, intended use and role of the networks"),
        4: Answer(
            "To redo Lin et al. (Sci Rep 2021, 11:4223) from DICOM files to every table, beside the paper's numbers.",
            "tables/comparison.csv",
            "hypotheses of your own" if not facts.phantom else "",
        ),
        5: Answer("Neither: the scans are simulated.", "config: cohort.source")
        if facts.phantom
        else Answer("", "", "prospective or retrospective"),
        6: Answer(
            "A reproduction: the method is the paper's; "
            f"the split by {enumerate_words(facts.settings['split']['units'])} says what new patients change.",
            "config: split.units",
        ),
    }


def data_answers(facts: Facts) -> dict[int, Answer]:
    """Return items 7 to 13."""
    scans, settings = facts.scans, facts.settings
    patients = scans["patient"].nunique()
    came = f"{count(len(scans), 'view')} of {count(patients, 'patient')}"
    crop, augment = settings["crop"], settings["augment"]
    thorax = "taken as they are" if crop["method"] == "none" else "cropped to the thorax in the paper's five stages"
    unread = len(facts.rejected)
    seen = facts.agreement["images"] - facts.agreement["complete"] if facts.agreement.get("abnormal") else 0
    return {
        7: Answer(f"Simulated whole-body bone scans, written as DICOM: {came}.", "ingest/scans.tsv")
        if facts.phantom
        else Answer(f"{came} of your own.", "ingest/scans.tsv", "hospital, period, link to public data"),
        8: Answer(
            f"Left out with a reason: files or frames that could not be used: {unread}; crops: {len(facts.excluded)} "
            f"(crop.untrusted: {crop['untrusted']}).",
            "ingest/rejected.tsv, crop/excluded.tsv",
            "" if facts.phantom else "how patients were chosen, inclusion dates, symptoms",
        ),
        9: Answer(
            f"Views {thorax}, {crop['size']} x {crop['size']} pixels, blocks of {facts.scale['block']} averaged; D2 "
            f"brought to 0 to 1 over each {settings['normalise']['over']}.",
            "config: crop, scales, normalise",
        ),
        10: Answer(
            f"Every view with a label and a kept crop: {len(facts.cohort)} of {len(scans)}.", "label/cohort.tsv"
        ),
        11: Answer("No persons: simulated patients.", "config: cohort.source")
        if facts.phantom
        else Answer(
            f"Patients, exams and files are named by pseudonyms ({settings['cohort']['pseudonyms']}); headers say "
            f"de-identified: {list_values(scans['deidentified'])}.",
            "ingest/scans.tsv, ingest/summary.tsv",
            "the rules followed (HIPAA, GDPR, ...), ethics approval, consent or its waiver",
        ),
        12: Answer(
            f"Nothing is imputed. Views that not all readers saw: {seen}.",
            "label/agreement.json, label/disputed.tsv",
            "" if facts.phantom else "examinations that never reached the archive",
        ),
        13: Answer(
            f"Matrix {list_values(scans['matrix'])}; pixels of {span(scans['pixel_spacing'], 2)} mm; "
            f"{span(scans['counts'])} counts a view; "
            f"{list_values(scans['format'])}.",
            "ingest/scans.tsv",
            "" if facts.phantom else "scanner, collimator, tracer, dose, time after injection, speed of the table",
        ),
        25: Answer(
            f"SGD without momentum, batches of {facts.scale['batch_size']}, at most "
            f"{by_dataset(facts.scale['epochs'])} epochs, "
            f"rate {by_dataset(facts.scale['learning_rate'])}{own_rates(facts)}; ends below a loss of "
            f"{facts.scale['end_below_loss'] or 'nothing: all epochs'}; seeds {enumerate_words(settings['seeds'])}. "
            f"Augmented to {len(facts.lineage)} images by mirror, shifts up to {augment['horizontal'][1]} columns and "
            f"{augment['vertical'][1]} rows, rotations up to {augment['degrees'][1]} degrees.",
            "config: scales, augment; augment/lineage.tsv; train/.../history.csv",
        ),
    }


def own_rates(facts: Facts) -> str:
    """Return the rates of networks with one of their own."""
    own = {model: rate for model, rate in facts.scale["own_rate"].items() if model in facts.settings["models"]}
    return f" ({', '.join(f'{model} {rate:g}' for model, rate in own.items())})" if own else ""


def standard_answers(facts: Facts) -> dict[int, Answer]:
    """Return items 14 to 21."""
    readers, split = list(facts.agreement.get("abnormal", {})), facts.settings["split"]
    if readers:
        asked = f"at least {facts.settings['label']['votes']} of {len(readers)} readers regard the view as abnormal"
        definition = Answer(f"Metastasis where {asked}.", "label/labels.tsv")
    else:
        definition = Answer("As the sheet's column says.", "label/labels.tsv", "who decided, and from what")
    people = Answer(f"{len(readers)} simulated readers, who vote by what the view shows.", "label/findings.tsv")
    kappa = facts.agreement.get("fleiss_kappa")
    agreed = f"Fleiss' kappa {kappa:.2f}, " if isinstance(kappa, float) else ""
    units = {"image": "images are, and variants of one view may lie in both parts (the paper's split)"}
    units |= {"source": "all variants of a view are", "patient": "all of a patient is, and the test is on originals"}
    kept = "; ".join(f"by {unit}: {units[unit]}" for unit in split["units"])
    sizes = facts.summary.drop_duplicates(["unit", "dataset"])
    tested = "; ".join(f"{row.dataset} by {row.unit} {row.n_test}" for row in sizes.itertuples())
    parts = f"Training to test {split['ratio'][0]} : {split['ratio'][1]}, {count(split['repeats'], 'draw')}"
    if split["folds"]:
        parts = f"A cross-validation of {split['folds']} folds"
    return {
        14: definition,
        15: Answer("The paper's own.", "Lin et al.", "why readers and no biopsy or follow-up"),
        16: people
        if facts.phantom
        else Answer(count(len(readers), "reader") + "." if readers else "", "label/agreement.json", "their training"),
        17: Answer(
            "As the training part: labels were given before the split.",
            "label/labels.tsv, split/",
            "" if facts.phantom else "software of the annotation, what readers saw beside the picture",
        ),
        18: Answer(
            f"{agreed}{facts.agreement['disagreements']} of {facts.agreement['complete']} views in dispute, settled by "
            "votes.",
            "label/agreement.json",
            "" if facts.phantom else "the same reader's second reading",
        )
        if readers
        else Answer("", "", "variation among those who gave the labels"),
        19: Answer(
            f"{parts}, stratified by label; no tuning part. Labels after augmentation: "
            f"{describe_labels(facts.lineage)}.",
            "config: split; split/; augment/lineage.tsv",
        ),
        20: Answer(f"What stays on one side: {kept}.", "split/"),
        21: Answer(
            f"The workflow computes none; tested were {tested} images.", "evaluate/.../summary.tsv", "intended size"
        ),
    }


def model_answers(facts: Facts) -> dict[int, Answer]:
    """Return items 22 to 24, 26 and 27."""
    shapes = "; ".join(
        f"{classifier(name)} {network['weight_layers']} weight layers, {network['parameters']} parameters"
        for name, network in facts.networks.items()
        if name in facts.settings["models"]
    )
    return {
        22: Answer(f"{shapes}. Tables 3 and 4 list the layers.", "networks/networks.json, tables/table3.csv"),
        23: Answer(f"{describe_software(facts)}.", "train/.../fit.json"),
        24: Answer(
            f"Drawn anew ({facts.scale['initial_weights']}), nothing transferred.", "config: scales.initial_weights"
        ),
        26: Answer("The weights of the last epoch, as in the paper; no network is chosen.", "train/.../fit.json"),
        27: Answer("None.", "config: models"),
    }


def evaluation_answers(facts: Facts) -> dict[int, Answer]:
    """Return items 28 to 39."""
    best, made_up = best_row(facts), facts.phantom
    simulated = " Simulated scans: no clinical performance." if made_up else ""
    failed = facts.summary[facts.summary["runs_trained"] < facts.summary["runs"]]
    trained = f"{int(facts.summary['runs_trained'].sum())} of {int(facts.summary['runs'].sum())} trainings trained"
    shown = "no network trained"
    if best is not None:
        shown = (
            f"greatest AUC on {best['dataset']} by {best['unit']}: {classifier(best['model'])} {best['auc']:.2f} "
            f"(95 % interval {best['auc_low']:.2f} to {best['auc_high']:.2f}), the best of "
            f"{(facts.trained['unit'] == best['unit']).sum()} rows by {best['unit']} and so an optimistic choice"
        )
    cohort = facts.cohort
    return {
        28: Answer("Accuracy, precision, recall, specificity, F-1, AUC, at a probability of one half.", "tables/"),
        29: Answer(
            "95 % intervals: bootstrap of patients, each with all of their images; the scatter of draws and seeds is "
            "added where there are several; paired tests in clinical_use.",
            "evaluate/.../summary.tsv",
        ),
        30: Answer(
            f"{count(len(facts.settings['datasets']), 'dataset')}, "
            f"{count(len(facts.settings['split']['units']), 'split unit')}; subgroups in clinical_use.",
            "tables/comparison.csv",
            "" if made_up else "other scanners and protocols",
        ),
        31: Answer("None in the workflow.", "", ""),
        32: Answer("Test parts of the same cohort; the training accuracy stands beside them.", "tables/table9.csv"),
        33: Answer("None in the workflow.", "", "a test on scans of another hospital"),
        34: Answer("Not a trial.", "config: cohort.source") if made_up else Answer("", "", "registration, if a trial"),
        35: Answer(
            f"{count(len(facts.scans), 'view')} came in, {len(facts.rejected)} rejected, {len(facts.excluded)} crops "
            f"excluded, {len(cohort)} in the cohort ({describe_labels(cohort)}) of {cohort['patient'].nunique()} "
            "patients.",
            "ingest/scans.tsv, ingest/rejected.tsv, label/cohort.tsv",
            "" if made_up else "patients before the archive was made",
        ),
        36: Answer(
            f"Classes: {list_values(cohort['subtype'])}. "
            + ("Sex and age of each: truth_views.tsv." if made_up else ""),
            "label/cohort.tsv" + (", simulate/truth_views.tsv" if made_up else ""),
            "" if made_up else "age, sex, primary tumour and treatment in each part",
        ),
        37: Answer(f"{trained}; all rows stand in Tables 6 to 9.", "tables/table6.csv to table9.csv"),
        38: Answer(f"{shown[0].upper()}{shown[1:]}.{simulated}", "tables/table9.csv"),
        39: Answer(
            "Confusion matrices and misclassified views: Figures 10 and 11. Networks with failed trainings: "
            f"{len(failed)}.",
            "evaluate/.../metrics.tsv, figures/figure10.png",
        ),
    }


def discussion_answers(facts: Facts) -> dict[int, Answer]:
    """Return items 40 to 44."""
    scans = "the scans are simulated" if facts.phantom else "one archive"
    size = f"{facts.provenance['scale']} scale" + (
        " is not the paper's" if facts.provenance["scale"] != "paper" else ""
    )
    seeds = count(len(facts.settings["seeds"]), "training seed")
    return {
        40: Answer(f"{scans[0].upper()}{scans[1:]}; {size}; {seeds}.", "config", "limitations of the study around it"),
        41: Answer(
            "Not a medical device: nothing here may be used for diagnosis.", "README.md", "clinical implications"
        ),
        42: Answer("The config is the protocol, with its place in the paper beside each number.", "config.yaml"),
        43: Answer(
            "The workflow is free (MIT)" + ("; the cohort is made by it." if facts.phantom else "."),
            "LICENSE",
            "" if facts.phantom else "whether scans and weights may be shared",
        ),
        44: Answer("", "", "funding and the funders' part"),
    }


ANSWERS: tuple[Callable[[Facts], dict[int, Answer]], ...] = (
    study_answers,
    data_answers,
    standard_answers,
    model_answers,
    evaluation_answers,
    discussion_answers,
)


def fill_checklist(facts: Facts) -> pd.DataFrame:
    """Return the checklist.

    Returns
    -------
    DataFrame
        number, section, topic, answer (from the run), file (that it comes from), open (what a person must state).
    """
    answers = {number: answer for give in ANSWERS for number, answer in give(facts).items()}
    topics = [(section, topic) for section, found in ITEMS for topic in found]
    rows = []
    for number, (section, topic) in enumerate(topics, start=1):
        answer = answers[number]
        rows.append((number, section, topic, answer.text.strip(), answer.file, answer.open))
    return pd.DataFrame(rows, columns=["number", "section", "topic", "answer", "file", "open"])
