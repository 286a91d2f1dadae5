"""Ground truth. Needs: the views and the readers' annotations. Makes: votes, labels and subtypes, the findings, agreement."""


rule label:
    """Count the readers' votes on each image: at least two of three make it abnormal."""
    input:
        scans="results/{scale}/ingest/scans.tsv",
        annotations=annotation_files,
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
        votes=config["label"]["votes"],
        readers=config["label"]["readers"],
        seed=config["seed"],
        annotations=annotations_state,
        shape=picture_shape(),
        code=library("label"),
    script:
        "../scripts/label.py"
