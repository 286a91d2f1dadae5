"""More images from few. Needs: thoracic images and who is in the cohort. Makes: Table 2's counts of images, with the lineage of each."""


rule augment:
    """Mirror, shift and rotate thoracic images; blocks of pixels become one at the scale's size."""
    input:
        thorax="results/{scale}/crop/thorax.npy",
        cohort="results/{scale}/label/cohort.tsv",
    output:
        images="results/{scale}/augment/images.npy",
        lineage="results/{scale}/augment/lineage.tsv",
    log:
        "logs/augment/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        augment={**config["augment"], "counts": COUNTS},
        paper=[PAPER["simulate"]["views"], PAPER["augment"]["counts"]],  # Tables 1 and 2
        block=scale_setting("block"),
        seed=config["seed"],
        code=library("augment"),
    script:
        "../scripts/augment.py"
