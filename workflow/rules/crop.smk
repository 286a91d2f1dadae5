"""The thoracic region. Needs: the views. Makes: 256 x 256 thoracic images and what the five stages found in each view."""

CROP_SCRIPT = "uncropped" if UNCROPPED else "crop"


rule crop:
    """Crop the thorax from each whole-body view in the paper's five stages."""
    input:
        scans="results/{scale}/ingest/scans.npy",
        table="results/{scale}/ingest/scans.tsv",
        rejected="results/{scale}/ingest/rejected.tsv",
    output:
        thorax="results/{scale}/crop/thorax.npy",
        table="results/{scale}/crop/crop.tsv",
        excluded="results/{scale}/crop/excluded.tsv",
    log:
        "logs/crop/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        crop=CROP_SETTINGS,
        untrusted=config["crop"]["untrusted"],
        seed=config["seed"],
        code=library(CROP_SCRIPT),
    script:
        f"../scripts/{CROP_SCRIPT}.py"
