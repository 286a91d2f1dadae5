"""Scores on the test part. Needs: test probabilities of every network. Makes: tables of predictions, metrics, and their means."""


rule evaluate:
    """Collect the predictions under one split unit, score them (Eqs. 4-9, AUC), average them with intervals."""
    input:
        splits=runs_of("results/{scale}/split/{unit}/{draw}/{dataset}.tsv"),
        probabilities=runs_of("results/{scale}/train/{unit}/{draw}/{dataset}/{model}/seed{seed}/probabilities.tsv"),
        fits=runs_of("results/{scale}/train/{unit}/{draw}/{dataset}/{model}/seed{seed}/fit.json"),
    output:
        predictions="results/{scale}/evaluate/{unit}/predictions.tsv",
        metrics="results/{scale}/evaluate/{unit}/metrics.tsv",
        summary="results/{scale}/evaluate/{unit}/summary.tsv",
    log:
        "logs/evaluate/{scale}/{unit}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        # of the splits, in their order
        divisions=lambda wildcards: [[draw, dataset] for draw in DRAWS for dataset in datasets_under(wildcards.unit)],
        seed=config["seed"],
        code=library("evaluate"),
    script:
        "../scripts/evaluate.py"
