"""Ground truth. Needs: the views and the readers' annotations. Makes: votes, labels and subtypes, the findings,
agreement, and who is in the cohort."""

from bonescan.config import unsplittable
from bonescan.ingest.state import annotations_state

# stand as files that are not there, as in common.smk
NO_LABELS = "expected labels, found none: give the sheet a column label, or set cohort.annotations"
NO_SPLIT = "; ".join(unsplittable(config))


rule label:
    """Count the readers' votes on each image: at least two of three make it abnormal."""
    input:
        scans="results/{scale}/ingest/scans.tsv",
        annotations=ANNOTATIONS if LABELLED else NO_LABELS,
        rejected="results/{scale}/ingest/rejected.tsv",
    output:
        labels="results/{scale}/label/labels.tsv",
        findings="results/{scale}/label/findings.tsv",
        disputed="results/{scale}/label/disputed.tsv",
        masks="results/{scale}/label/masks.npz",
        agreement="results/{scale}/label/agreement.json",
    log:
        "logs/label/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        source=config["cohort"]["source"],
        votes=config["label"]["votes"],
        readers=config["label"]["readers"],
        labels=KNOWN_LABELS,
        synonyms=config["label"]["synonyms"],
        seed=config["seed"],
        annotations=lambda wildcards: annotations_state(None if PHANTOM else config["cohort"]["annotations"]),
        shape=PICTURE_SHAPE,
        code=library("label"),
    script:
        "../scripts/label.py"


rule cohort:
    """Say once who is in the cohort: the views that have a label and a crop that is kept."""
    input:
        labels="results/{scale}/label/labels.tsv",
        scans="results/{scale}/ingest/scans.tsv",
        crop="results/{scale}/crop/crop.tsv",
        excluded="results/{scale}/crop/excluded.tsv",
        parts=NO_SPLIT or [],
    output:
        cohort="results/{scale}/label/cohort.tsv",
    log:
        "logs/cohort/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        units=config["split"]["units"],
        ratio=config["split"]["ratio"],
        folds=config["split"]["folds"],
        code=library("cohort"),
    script:
        "../scripts/cohort.py"
