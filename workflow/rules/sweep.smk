"""Does normalisation matter once the step fits? Needs: a split. Makes: a table and a figure of initial weights and rates."""


wildcard_constraints:
    initial_weights=r"glorot_normal|he_normal|normal_[0-9.]+",
    learning_rate=r"[0-9][0-9.e+-]*",


# what the sweep goes over, by wildcard, and the folder of one training
SWEEP = {
    "unit": config["sweep"]["unit"],
    "dataset": config["sweep"]["datasets"],
    "model": config["sweep"]["model"],
    "initial_weights": config["sweep"]["initial_weights"],
    "learning_rate": [f"{rate:g}" for rate in config["sweep"]["learning_rates"]],
    "seed": config["seeds"],
}
SWEPT = "results/{{scale}}/sweep/train/{unit}/{dataset}/{model}/{initial_weights}/{learning_rate}/seed{seed}"


rule sweep_split:
    """Cut a validation part from the training patients; the test part is left out, so that nothing is tuned on it."""
    input:
        split=f"results/{{scale}}/split/{{unit}}/{next(iter(DRAWS))}/{{dataset}}.tsv",
    output:
        split="results/{scale}/sweep/split/{unit}/{dataset}.tsv",
    log:
        "logs/sweep_split/{scale}/{unit}/{dataset}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        ratio=config["split"]["ratio"],
        seed=config["seed"],
        code=library("sweep_split"),
    script:
        "../scripts/sweep_split.py"


use rule train as sweep_train with:
    input:
        images=images_of_dataset,
        split="results/{scale}/sweep/split/{unit}/{dataset}.tsv",
    output:
        model="results/{scale}/sweep/train/{unit}/{dataset}/{model}/{initial_weights}/{learning_rate}/seed{seed}/model.keras",
        history="results/{scale}/sweep/train/{unit}/{dataset}/{model}/{initial_weights}/{learning_rate}/seed{seed}/history.csv",
        fit="results/{scale}/sweep/train/{unit}/{dataset}/{model}/{initial_weights}/{learning_rate}/seed{seed}/fit.json",
        probabilities="results/{scale}/sweep/train/{unit}/{dataset}/{model}/{initial_weights}/{learning_rate}/seed{seed}/probabilities.tsv",
    log:
        "logs/sweep_train/{scale}/{unit}/{dataset}/{model}/{initial_weights}/{learning_rate}/seed{seed}.log",
    benchmark:
        "benchmarks/sweep_train/{scale}/{unit}/{dataset}/{model}/{initial_weights}/{learning_rate}/seed{seed}.tsv"
    params:
        # the others are those of `train`
        checkpoint="results/{scale}/checkpoints/sweep-{unit}-{dataset}-{model}-{initial_weights}-{learning_rate}-seed{seed}",
        tensorboard="results/{scale}/tensorboard/sweep-{unit}-{dataset}-{model}-{initial_weights}-{learning_rate}-seed{seed}",


rule sweep_summary:
    """Score every training of the sweep on its validation part."""
    input:
        splits=expand(
            "results/{{scale}}/sweep/split/{unit}/{dataset}.tsv",
            unit=config["sweep"]["unit"],
            dataset=config["sweep"]["datasets"],
        ),
        fits=expand(f"{SWEPT}/fit.json", **SWEEP),
        probabilities=expand(f"{SWEPT}/probabilities.tsv", **SWEEP),
    output:
        table=table("sweep/sweep"),
        figure=figure("sweep/sweep"),
    log:
        "logs/sweep_summary/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        datasets=config["sweep"]["datasets"],
        unit=config["sweep"]["unit"],
        model=config["sweep"]["model"],
        seed=config["seed"],
        code=library("sweep_summary"),
    script:
        "../scripts/sweep_summary.py"


rule sweep:
    input:
        of_this_scale(table("sweep/sweep") + figure("sweep/sweep")),
