"""How good the crop is. Needs: the views, their crops, the phantom's truth. Makes: tables, and sheets to look at."""


rule contact_sheet:
    """Every crop of the cohort with its box on the whole body, flagged ones first."""
    input:
        scans="results/{scale}/ingest/scans.npy",
        table="results/{scale}/ingest/scans.tsv",
        crop="results/{scale}/crop/crop.tsv",
        excluded="results/{scale}/crop/excluded.tsv",
    output:
        pdf="results/{scale}/crop_quality/contact_sheet.pdf",
        png="results/{scale}/crop_quality/contact_sheet.png",
    log:
        "logs/contact_sheet/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        code=library("contact_sheet"),
    script:
        "../scripts/contact_sheet.py"


rule crop_scores:
    """The phantom's crops against its anatomy, and what each open choice of the crop does to them."""
    input:
        scans="results/{scale}/ingest/scans.npy",
        table="results/{scale}/ingest/scans.tsv",
        crop="results/{scale}/crop/crop.tsv",
        excluded="results/{scale}/crop/excluded.tsv",
        truth=truth("truth"),
        views=truth("truth_views.tsv"),
        lesions=truth("truth_lesions.tsv"),
    output:
        scores="results/{scale}/crop_quality/crop_scores.tsv",
        table=table("crop_quality/crop_scores"),
        ablation=table("crop_quality/crop_ablation"),
    log:
        "logs/crop_scores/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        crop=CROP_SETTINGS,
        seed=config["seed"],
        code=library("crop_scores"),
    script:
        "../scripts/crop_scores.py"


rule crop_stress:
    """Hard patients and pictures: tilted, cut off, poor in counts, upside down."""
    output:
        scores="results/{scale}/crop_quality/crop_stress.tsv",
        table=table("crop_quality/crop_stress"),
        pdf="results/{scale}/crop_quality/crop_stress.pdf",
        png="results/{scale}/crop_quality/crop_stress.png",
    log:
        "logs/crop_stress/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    threads: 8
    resources:
        mem_mb=3000,
    params:
        provenance=provenance,
        simulate=config["simulate"],
        crop=CROP_SETTINGS,
        patients=config["crop_quality"]["patients"],
        seed=config["seed"],
        code=library("crop_stress"),
    script:
        "../scripts/crop_stress.py"


rule crop_judging:
    """The crop on a second body model, on which nothing of it was fitted."""
    output:
        scores="results/{scale}/crop_quality/crop_judging.tsv",
        table=table("crop_quality/crop_judging"),
        pdf="results/{scale}/crop_quality/crop_judging.pdf",
        png="results/{scale}/crop_quality/crop_judging.png",
    log:
        "logs/crop_judging/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    threads: 8
    resources:
        mem_mb=5000,
    params:
        provenance=provenance,
        crop=CROP_SETTINGS,
        bodies=config["crop_quality"]["bodies"],
        seed=config["seed"],
        code=library("crop_judging"),
    script:
        "../scripts/crop_judging.py"


rule crop_flags:
    """What each flag is worth: bad crops with it and without, good crops that carry it."""
    input:
        stress="results/{scale}/crop_quality/crop_stress.tsv",
        judging="results/{scale}/crop_quality/crop_judging.tsv",
    output:
        table=table("crop_quality/crop_flags"),
    log:
        "logs/crop_flags/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        code=library("crop_flags"),
    script:
        "../scripts/crop_flags.py"


rule crop_quality:
    input:
        of_this_scale("results/{scale}/crop_quality/contact_sheet.pdf"),
        of_this_scale(table("crop_quality/crop_scores") + table("crop_quality/crop_flags") if PHANTOM else []),
