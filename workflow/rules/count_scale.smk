"""Do decisions depend on the counts of a scan? Needs: trained networks. Makes: a table and a figure; no part of `all`."""

# the trainings whose networks read images at other counts
COUNTED = FIRST | {"dataset": config["count_scale"]["datasets"]}


rule count_predictions:
    """Predict the test images of one split unit at other counts, with every network."""
    input:
        models=runs_of("results/{scale}/train/{unit}/{draw}/{dataset}/{model}/seed{seed}/model.keras", **COUNTED),
        fits=runs_of("results/{scale}/train/{unit}/{draw}/{dataset}/{model}/seed{seed}/fit.json", **COUNTED),
        splits=runs_of("results/{scale}/split/{unit}/{draw}/{dataset}.tsv", **COUNTED),
        images="results/{scale}/augment/images.npy",
        lineage="results/{scale}/augment/lineage.tsv",
        thorax="results/{scale}/crop/thorax.npy",
        cohort="results/{scale}/label/cohort.tsv",
    output:
        predictions="results/{scale}/count_scale/predictions/{unit}.tsv",
    log:
        "logs/count_predictions/{scale}/{unit}.log",
    benchmark:
        "benchmarks/count_predictions/{scale}/{unit}.tsv"
    conda:
        "../../envs/training.yaml"
    threads: scale_setting("threads")
    resources:
        mem_mb=train_memory,
        runtime=train_runtime,
        gpu=train_gpus,
    params:
        settings={key: config["count_scale"][key] for key in ("factors", "thinned", "draws")},
        # of the splits, in their order
        datasets=config["count_scale"]["datasets"],
        block=scale_setting("block"),
        compute=config["compute"],
        seed=config["seed"],
        code=library("count_predictions"),
    script:
        "../scripts/count_predictions.py"


rule count_flips:
    """Decisions that flip, to which side, and what becomes of the AUC."""
    input:
        predictions=expand(
            "results/{{scale}}/count_scale/predictions/{unit}.tsv",
            unit=config["split"]["units"],
        ),
    output:
        table=table("count_scale/flips"),
        figure=figure("count_scale/flips"),
    log:
        "logs/count_flips/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        runs=len(DRAWS) * len(config["seeds"]),
        seed=config["seed"],
        code=library("count_flips"),
    script:
        "../scripts/count_flips.py"


rule count_scale:
    input:
        of_this_scale(table("count_scale/flips") + figure("count_scale/flips")),
