"""Dataset D2. Needs: the augmented images. Makes: the same images with their counts brought to [0, 1]."""


rule normalise:
    """Min-max normalisation of each image."""
    input:
        images="results/{scale}/augment/images.npy",
    output:
        images="results/{scale}/normalise/images.npy",
    log:
        "logs/normalise/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        over=config["normalise"]["over"],
        code=library("normalise"),
    script:
        "../scripts/normalise.py"
