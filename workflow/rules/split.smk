"""Training and test parts. Needs: the lineage of the images. Makes: a table for each dataset that keeps the unit's promise."""


rule split:
    """Divide the images 7:3 by image, source or patient, and stop if the split breaks its own promise."""
    input:
        lineage="results/{scale}/augment/lineage.tsv",
    output:
        D1="results/{scale}/split/{unit}/D1.tsv",
        D2="results/{scale}/split/{unit}/D2.tsv",
        D3="results/{scale}/split/{unit}/D3.tsv",
    log:
        "logs/split/{scale}/{unit}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        ratio=config["split"]["ratio"],
        seed=config["seed"],
        code=library("split"),
    script:
        "../scripts/split.py"
