"""What a run leaves for `workflow/provenance.py`. Needs: everything from the scans to the tables. Makes: digests, settings."""

# the files between the scans and the predictions
BETWEEN = [
    *(f"ingest/{name}" for name in ("scans.npy", "scans.tsv", "rejected.tsv")),
    *(f"label/{name}" for name in ("labels.tsv", "cohort.tsv")),
    *(f"crop/{name}" for name in ("thorax.npy", "crop.tsv", "excluded.tsv")),
    *(f"augment/{name}" for name in ("images.npy", "lineage.tsv")),
    *(["normalise/images.npy"] if "D2" in config["datasets"] else []),
    "networks/networks.json",
]
TABLES = [
    *(f"tables/table{number}" for number in range(1, 10)),
    "tables/comparison",
    "tables/claims",
    "leak/kinship",
]


rule digests:
    """Take the digests of a finished run, so that a byte that changes afterwards is found and named."""
    input:
        expand("results/{{scale}}/{file}", file=BETWEEN),
        expand(
            "results/{{scale}}/split/{unit}/{draw}/{dataset}.tsv",
            unit=config["split"]["units"],
            **RUNS,
        ),
        expand(
            "results/{{scale}}/train/{unit}/{draw}/{dataset}/{model}/seed{seed}/{file}",
            unit=config["split"]["units"],
            **RUNS,
            file=["model.keras", "fit.json", "history.csv", "probabilities.tsv"],
        ),
        of_every_unit("predictions"),
        of_every_unit("metrics"),
        of_every_unit("summary"),
        table(TABLES),
    output:
        digests="results/{scale}/provenance/digests.tsv",
        settings="results/{scale}/provenance/settings.json",
    log:
        "logs/digests/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        settings=public_config,
        code=library("digests"),
    script:
        "../scripts/digests.py"


rule provenance:
    input:
        of_this_scale(rules.digests.output),
