"""Annotation. Needs: the views and reports. Makes: for each reader a folder to annotate with LabelMe."""


rule annotation:
    """Make pictures, reports and blank annotations for LabelMe; annotations that are there already stay."""
    input:
        scans="results/{scale}/ingest/scans.npy",
        table="results/{scale}/ingest/scans.tsv",
        rejected="results/{scale}/ingest/rejected.tsv",
        reports="results/{scale}/ingest/reports.tsv",
        annotations=ANNOTATIONS if config["annotate"]["prefill"] else [],
    output:
        table="results/{scale}/annotate/annotations.tsv",
    log:
        "logs/annotation/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        source=config["cohort"]["source"],
        # those of the config, else as many as simulated
        readers=config["label"]["readers"] or [f"reader{n + 1}" for n in range(config["simulate"]["readers"])],
        labels=config["annotate"]["labels"],
        known=KNOWN_LABELS,
        synonyms=config["label"]["synonyms"],
        window=config["annotate"]["window"],
        code=library("annotation"),
    script:
        "../scripts/annotation.py"


rule annotate:
    input:
        of_this_scale("results/{scale}/annotate/annotations.tsv"),
