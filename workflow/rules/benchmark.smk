"""How fast the networks train here. Needs: the networks' layers. Makes: a table; no part of `all`."""


rule benchmark_networks:
    """Images a second and share of the machine's peak, ours beside a plain PyTorch loop where PyTorch is installed."""
    input:
        networks="results/{scale}/networks/networks.json",
    output:
        raw="results/{scale}/benchmark/measured.json",
        table=expand("results/{{scale}}/benchmark/benchmark.{format}", format=["csv", "md", "tex"]),
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
        job=benchmark_job,
        grid=benchmark_grid,
        models=config["models"],
        provenance=provenance,
        code=library("benchmark_networks"),
    script:
        "../scripts/benchmark_networks.py"


rule benchmark:
    input:
        expand(
            "results/{scale}/benchmark/benchmark.{format}",
            scale=config["scale"],
            format=["csv", "md", "tex"],
        ),
