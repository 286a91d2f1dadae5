"""What a protocol reports when there is nothing to learn. Needs: images, splits. Makes: a table and a figure; no part of `all`."""

CONTROL = config["control"]
SHUFFLED = "results/{scale}/control/{shuffled}/{unit}"


def shuffled_runs(path):
    """Input function: a file of each division with labels shuffled among a unit, or of each training on it."""

    def paths(wildcards):
        draws = [draw for draw, how in SHUFFLES.items() if how["shuffled"] == wildcards.shuffled]
        which = {"dataset": CONTROL["datasets"], "model": CONTROL["models"]}
        return runs_of(path, draw=draws, **which)(wildcards)

    return paths


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
            [draw, dataset]
            for draw, how in SHUFFLES.items()
            if how["shuffled"] == wildcards.shuffled
            for dataset in CONTROL["datasets"]
        ],


rule control_table:
    """The networks trained on shuffled labels, under every split unit: what each protocol calls success."""
    input:
        summaries=expand(
            "results/{{scale}}/control/{shuffled}/{unit}/summary.tsv",
            shuffled=CONTROL["shuffle"],
            unit=CONTROL["units"],
        ),
    output:
        table=table("control/control"),
    log:
        "logs/control_table/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        shuffled=[shuffled for shuffled in CONTROL["shuffle"] for _ in CONTROL["units"]],
        code=library("control_table"),
    script:
        "../scripts/control_table.py"


rule control:
    input:
        of_this_scale(table("control/control")),
