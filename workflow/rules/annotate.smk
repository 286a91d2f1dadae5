"""Annotation. Needs: the views and reports. Makes: for each reader a LabelMe workspace, whose folder is an annotation."""


rule workspace:
    """Make pictures, reports and blank annotations for LabelMe; annotations that are there already stay."""
    input:
        scans="results/{scale}/ingest/scans.npy",
        table="results/{scale}/ingest/scans.tsv",
        reports="results/{scale}/ingest/reports.tsv",
        annotations=annotations_to_begin_from,
    output:
        table="results/{scale}/workspace/workspace.tsv",
    log:
        "logs/workspace/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        readers=readers(),
        labels=config["annotate"]["labels"],
        window=config["annotate"]["window"],
        code=library("workspace"),
    script:
        "../scripts/workspace.py"


rule annotate:
    input:
        expand("results/{scale}/workspace/workspace.tsv", scale=config["scale"]),
