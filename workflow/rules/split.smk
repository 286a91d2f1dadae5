"""Training and test parts. Needs: the lineage of the images. Makes: a table for each dataset that keeps the unit's promise."""


rule split:
    """Divide the images by image, source or patient, 7:3 or into a fold and the rest; stop at a broken promise."""
    input:
        lineage="results/{scale}/augment/lineage.tsv",
    output:
        D1="results/{scale}/split/{unit}/{draw}/D1.tsv",
        D2="results/{scale}/split/{unit}/{draw}/D2.tsv",
        D3="results/{scale}/split/{unit}/{draw}/D3.tsv",
    log:
        "logs/split/{scale}/{unit}/{draw}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        ratio=config["split"]["ratio"],
        seed=config["seed"],
        draw=lambda wildcards: (DRAWS | SHUFFLES)[wildcards.draw],
        code=library("split"),
    script:
        "../scripts/split.py"
