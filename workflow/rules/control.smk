"""What a protocol reports when there is nothing to learn. Needs: images, splits. Makes: a table; no part of `all`."""

SHUFFLED = "results/{scale}/control/{shuffled}/{unit}"


use rule evaluate as evaluate_control with:
    input:
        splits=shuffled_runs("results/{scale}/split/{unit}/{draw}/{dataset}.tsv"),
        probabilities=shuffled_runs(
            "results/{scale}/train/{unit}/{draw}/{dataset}/{model}/seed{seed}/probabilities.tsv"
        ),
        fits=shuffled_runs("results/{scale}/train/{unit}/{draw}/{dataset}/{model}/seed{seed}/fit.json"),
    output:
        predictions=f"{SHUFFLED}/predictions.tsv",
        metrics=f"{SHUFFLED}/metrics.tsv",
        summary=f"{SHUFFLED}/summary.tsv",
    log:
        "logs/evaluate_control/{scale}/{shuffled}/{unit}.log",
    params:
        # the others are those of `evaluate`
        divisions=lambda wildcards: [
            [draw, dataset] for draw in shuffles_among(wildcards.shuffled) for dataset in config["control"]["datasets"]
        ],


rule control_table:
    """The networks trained on shuffled labels, under every split unit: what each protocol calls success."""
    input:
        summaries=expand(
            "results/{{scale}}/control/{shuffled}/{unit}/summary.tsv",
            shuffled=config["control"]["shuffle"],
            unit=config["control"]["units"],
        ),
    output:
        table=table("control/control"),
    log:
        "logs/control_table/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        shuffled=[shuffled for shuffled in config["control"]["shuffle"] for _ in config["control"]["units"]],
        code=library("control_table"),
    script:
        "../scripts/control_table.py"


rule control:
    input:
        of_this_scale(table("control/control")),
