"""How fast the networks train here. Needs: the networks' layers. Makes: a table; no part of `all`."""


rule benchmark_networks:
    """Images a second and share of the machine's peak, ours beside a plain PyTorch loop where PyTorch is installed."""
    input:
        networks="results/{scale}/networks/networks.json",
    output:
        raw="results/{scale}/benchmark/measured.json",
        table=table("benchmark/benchmark"),
    log:
        "logs/benchmark_networks/{scale}.log",
    conda:
        "../../envs/training.yaml"
    threads: scale_setting("threads")
    resources:
        mem_mb=train_memory,
        runtime=train_runtime,
        gpu=train_gpus,
    params:
        job={key: config["compute"][key] for key in ("precision", "images_at_once")} | config["benchmark"],
        size=image_size,
        width=scale_setting("width"),
        batch_size=scale_setting("batch_size"),
        epochs=scale_setting("epochs"),
        # what the trainings go through is known beforehand of the phantom alone
        cohort=(
            {
                "views": sum(config["simulate"]["views"].values()),
                "augmented": sum(COUNTS.values()),
                "shares": [share_trained(draw, config["split"]["ratio"]) for draw in DRAWS.values()],
                "datasets": config["datasets"],
                "seeds": len(config["seeds"]),
            }
            if PHANTOM and COUNTS != "auto"
            else None
        ),
        models=config["models"],
        provenance=provenance,
        code=library("benchmark_networks", "bonescan.benchmark.__main__"),
    script:
        "../scripts/benchmark_networks.py"


rule benchmark:
    input:
        of_this_scale(table("benchmark/benchmark")),
