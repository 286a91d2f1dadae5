"""Scores on the test part. Needs: test probabilities of every network. Makes: one table of predictions, one of metrics."""


rule evaluate:
    """Collect the predictions under one split unit and score them (Eqs. 4-9, AUC)."""
    input:
        splits=expand("results/{{scale}}/split/{{unit}}/{dataset}.tsv", dataset=config["datasets"]),
        probabilities=expand(
            "results/{{scale}}/train/{{unit}}/{dataset}/{model}/seed{seed}/probabilities.tsv",
            dataset=config["datasets"],
            model=config["models"],
            seed=config["seeds"],
        ),
        fits=expand(
            "results/{{scale}}/train/{{unit}}/{dataset}/{model}/seed{seed}/fit.json",
            dataset=config["datasets"],
            model=config["models"],
            seed=config["seeds"],
        ),
    output:
        predictions="results/{scale}/evaluate/{unit}/predictions.tsv",
        metrics="results/{scale}/evaluate/{unit}/metrics.tsv",
    log:
        "logs/evaluate/{scale}/{unit}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        datasets=config["datasets"],
        code=library("evaluate"),
    script:
        "../scripts/evaluate.py"
