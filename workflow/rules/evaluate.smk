"""Scores on the test part. Needs: test probabilities of every network. Makes: tables of predictions, metrics, and their means."""

from itertools import product

# the runs of one split unit, by wildcard
RUNS = {"draw": DRAWS, "dataset": config["datasets"], "model": config["models"], "seed": config["seeds"]}
DIVISIONS = {key: RUNS[key] for key in ("draw", "dataset")}


rule evaluate:
    """Collect the predictions under one split unit, score them (Eqs. 4-9, AUC), average them with intervals."""
    input:
        splits=expand("results/{{scale}}/split/{{unit}}/{draw}/{dataset}.tsv", **DIVISIONS),
        probabilities=expand(
            "results/{{scale}}/train/{{unit}}/{draw}/{dataset}/{model}/seed{seed}/probabilities.tsv", **RUNS
        ),
        fits=expand("results/{{scale}}/train/{{unit}}/{draw}/{dataset}/{model}/seed{seed}/fit.json", **RUNS),
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
        divisions=[list(division) for division in product(DRAWS, config["datasets"])],
        seed=config["seed"],
        code=library("evaluate"),
    script:
        "../scripts/evaluate.py"
