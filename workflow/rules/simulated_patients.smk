"""Patients simulated beside the cohort, for targets that need more of them. Needs: the config alone. Makes: their images.

Each shard is a cohort of the composition of `simulate`, drawn by itself: more shards leave those before as they are.
"""


rule simulated_patients:
    """Simulate and crop one shard."""
    output:
        images="results/{scale}/simulated_patients/{shard}.npy",
        views="results/{scale}/simulated_patients/{shard}.tsv",
        lesions="results/{scale}/simulated_patients/{shard}-lesions.tsv",
    log:
        "logs/simulated_patients/{scale}/{shard}.log",
    benchmark:
        "benchmarks/simulated_patients/{scale}/{shard}.tsv"
    conda:
        "../../envs/imaging.yaml"
    resources:
        mem_mb=600,
        runtime=60,
    params:
        simulate=config["simulate"],
        crop=CROP_SETTINGS,
        seed=config["seed"],
        code=library("simulated_patients"),
    script:
        "../scripts/simulated_patients.py"
