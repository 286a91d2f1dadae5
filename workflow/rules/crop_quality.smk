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
        truth="results/{scale}/simulate/truth",
        views="results/{scale}/simulate/truth_views.tsv",
        lesions="results/{scale}/simulate/truth_lesions.tsv",
    output:
        scores="results/{scale}/crop_quality/crop_scores.tsv",
        table=crop_quality_table("crop_scores"),
        ablation=crop_quality_table("crop_ablation"),
    log:
        "logs/crop_scores/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        crop=crop_settings(),
        seed=config["seed"],
        code=library("crop_scores"),
    script:
        "../scripts/crop_scores.py"


rule crop_stress:
    """Hard patients and pictures: tilted, cut off, poor in counts, upside down."""
    output:
        scores="results/{scale}/crop_quality/crop_stress.tsv",
        table=crop_quality_table("crop_stress"),
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
        crop=crop_settings(),
        patients=config["crop_quality"]["patients"],
        seed=config["seed"],
        code=library("crop_stress"),
    script:
        "../scripts/crop_stress.py"


rule crop_quality:
    input:
        crop_quality_files(),
