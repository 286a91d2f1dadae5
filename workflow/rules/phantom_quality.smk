"""The phantom held against real scans. Needs: the phantom's run to the crop. Makes: tables and figures of its quality."""


rule phantom_bands:
    """Image statistics of every phantom view beside the bands of real scans."""
    input:
        phantom=phantom_truth("sheet.tsv"),
        scans="results/{scale}/ingest/scans.npy",
        table="results/{scale}/ingest/scans.tsv",
        bands=workflow.source_path("../resources/real_scans.tsv"),
    output:
        statistics="results/{scale}/phantom_quality/statistics.tsv",
        bands=quality_table("bands"),
    log:
        "logs/phantom_bands/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        seed=config["seed"],
        code=library("phantom_bands"),
    script:
        "../scripts/phantom_bands.py"


rule phantom_difficulty:
    """What simple scores, an ideal observer and shortcuts reach on the phantom's labels."""
    input:
        scans="results/{scale}/ingest/scans.tsv",
        thorax="results/{scale}/crop/thorax.npy",
        crop="results/{scale}/crop/crop.tsv",
        truth=phantom_truth("truth_views.tsv"),
        sheet=phantom_truth("sheet.tsv"),
        dicom=phantom_truth("dicom"),
    output:
        difficulty=quality_table("difficulty"),
        shortcuts=quality_table("shortcuts"),
    log:
        "logs/phantom_difficulty/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        seed=config["seed"],
        code=library("phantom_difficulty"),
    script:
        "../scripts/phantom_difficulty.py"


rule phantom_likeness:
    """The phantom beside a real scan, and a gallery of its patients."""
    input:
        scans="results/{scale}/ingest/scans.npy",
        table="results/{scale}/ingest/scans.tsv",
        truth=phantom_truth("truth_views.tsv"),
        lesions=phantom_truth("truth_lesions.tsv"),
        foci=phantom_truth("truth_foci.tsv"),
    output:
        likeness=quality_table("likeness"),
        comparison=quality_figure("comparison"),
        gallery=quality_figure("gallery"),
    log:
        "logs/phantom_likeness/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        seed=config["seed"],
        code=library("phantom_likeness"),
    script:
        "../scripts/phantom_likeness.py"


rule phantom_quality:
    input:
        expand(
            "results/{scale}/phantom_quality/{name}.{format}",
            scale=config["scale"],
            name=["bands", "difficulty", "shortcuts", "likeness"],
            format=["csv", "md", "tex"],
        ),
        expand(
            "results/{scale}/phantom_quality/{name}.{format}",
            scale=config["scale"],
            name=["comparison", "gallery"],
            format=["pdf", "png"],
        ),
