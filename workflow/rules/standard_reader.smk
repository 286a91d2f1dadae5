"""How much a small network learns from so many simulated views. Needs: the config alone. Makes: a table and a figure;
no part of `all`."""

# what the standard reader sees, one file a shard
READER_VIEWS = {
    suffix: expand(
        f"results/{{{{scale}}}}/standard_reader/views/{{shard}}.{suffix}",
        shard=range(1, config["standard_reader"]["shards"] + 1),
    )
    for suffix in ("npy", "tsv")
}


rule reader_views:
    """Simulate and crop one shard of patients of their own, as the standard reader sees them."""
    output:
        images="results/{scale}/standard_reader/views/{shard}.npy",
        table="results/{scale}/standard_reader/views/{shard}.tsv",
    log:
        "logs/reader_views/{scale}/{shard}.log",
    conda:
        "../../envs/imaging.yaml"
    resources:
        mem_mb=600,
        runtime=60,
    params:
        simulate=config["simulate"],
        crop=CROP_SETTINGS,
        views=max(config["standard_reader"]["views"]) + config["standard_reader"]["test_views"],
        shards=config["standard_reader"]["shards"],
        seed=config["seed"],
        code=library("reader_views"),
    script:
        "../scripts/reader_views.py"


rule reader_training:
    """Train the standard reader on so many views, and read the views of other patients."""
    input:
        images=READER_VIEWS["npy"],
        tables=READER_VIEWS["tsv"],
    output:
        result="results/{scale}/standard_reader/trainings/{views}-seed{seed}.json",
    log:
        "logs/reader_training/{scale}/{views}-seed{seed}.log",
    conda:
        "../../envs/training.yaml"
    resources:
        mem_mb=2500,
        runtime=120,
    params:
        test_views=config["standard_reader"]["test_views"],
        seed=config["seed"],
        code=library("reader_training"),
    script:
        "../scripts/reader_training.py"


rule reader_curve:
    """The learning curve: median and range over seeds, beside published points."""
    input:
        results=expand(
            "results/{{scale}}/standard_reader/trainings/{views}-seed{seed}.json",
            views=config["standard_reader"]["views"],
            seed=range(1, config["standard_reader"]["seeds"] + 1),
        ),
        published=workflow.source_path("../resources/published_readers.tsv"),
    output:
        table=table("standard_reader/learning_curve"),
        figure=figure("standard_reader/learning_curve"),
    log:
        "logs/reader_curve/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        # simulated, whatever cohort the config names
        provenance=lambda wildcards: provenance(wildcards) | {"cohort": "phantom"},
        code=library("reader_curve"),
    script:
        "../scripts/reader_curve.py"


rule standard_reader:
    input:
        of_this_scale(table("standard_reader/learning_curve") + figure("standard_reader/learning_curve")),
