"""How much a small network learns from so many simulated views. Needs: the config alone. Makes: a table and a figure;
no part of `all`."""

# views that are trained on at most, and those that are tested
READ = max(config["standard_reader"]["views"]) + config["standard_reader"]["test_views"]


rule reader_training:
    """Train the standard reader on so many views, and read the views of other patients."""
    input:
        images=simulated(".npy", READ),
        tables=simulated(".tsv", READ),
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
