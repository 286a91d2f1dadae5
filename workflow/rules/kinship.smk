"""What the test part shares with training. Needs: splits and images, no network. Makes: a table and a figure, a part of `all`."""

from itertools import product

# the test parts of a run in its first draw
TEST_PARTS = list(product(config["split"]["units"], config["datasets"]))


rule kinship_shares:
    """Share of test images with an identical, near-identical, sibling or same-patient image in training."""
    input:
        counts="results/{scale}/augment/images.npy",
        normalised="results/{scale}/normalise/images.npy" if "D2" in config["datasets"] else [],
        splits=expand(
            f"results/{{{{scale}}}}/split/{{unit}}/{next(iter(DRAWS))}/{{dataset}}.tsv",
            unit=config["split"]["units"],
            dataset=config["datasets"],
        ),
    output:
        table=table("leak/kinship"),
        figure=figure("leak/kinship"),
    log:
        "logs/kinship_shares/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    resources:
        mem_mb=1000,
    params:
        provenance=provenance,
        # of the splits, in their order
        parts=[list(part) for part in TEST_PARTS],
        draws=len(DRAWS),
        code=library("kinship_shares"),
    script:
        "../scripts/kinship_shares.py"


rule kinship:
    input:
        of_this_scale(table("leak/kinship") + figure("leak/kinship")),
