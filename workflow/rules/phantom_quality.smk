"""The phantom held against real scans. Needs: the phantom's run to the crop. Makes: tables and figures of its quality."""


rule phantom_bands:
    """Image statistics of every phantom view beside the bands of real scans."""
    input:
        phantom=truth("sheet.tsv"),
        scans="results/{scale}/ingest/scans.npy",
        table="results/{scale}/ingest/scans.tsv",
        bands=workflow.source_path("../resources/real_scans.tsv"),
    output:
        statistics="results/{scale}/phantom_quality/statistics.tsv",
        bands=table("phantom_quality/bands"),
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
        cohort="results/{scale}/label/cohort.tsv",
        crop="results/{scale}/crop/crop.tsv",
        truth=truth("truth_views.tsv"),
        sheet=truth("sheet.tsv"),
        dicom=truth("dicom"),
    output:
        difficulty=table("phantom_quality/difficulty"),
        shortcuts=table("phantom_quality/shortcuts"),
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


rule phantom_spots:
    """What uptake, shape, place and number of the spots tell, beside published figures."""
    input:
        views=truth("truth_views.tsv"),
        lesions=truth("truth_lesions.tsv"),
        foci=truth("truth_foci.tsv"),
    output:
        spots=table("phantom_quality/spots"),
    log:
        "logs/phantom_spots/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        seed=config["seed"],
        code=library("phantom_spots"),
    script:
        "../scripts/phantom_spots.py"


rule phantom_likeness:
    """The phantom beside a real scan, and a gallery of its patients."""
    input:
        scans="results/{scale}/ingest/scans.npy",
        table="results/{scale}/ingest/scans.tsv",
        truth=truth("truth_views.tsv"),
        lesions=truth("truth_lesions.tsv"),
        foci=truth("truth_foci.tsv"),
    output:
        likeness=table("phantom_quality/likeness"),
        comparison=figure("phantom_quality/comparison"),
        gallery=figure("phantom_quality/gallery"),
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
        of_this_scale(
            table(expand("phantom_quality/{name}", name=["bands", "spots", "difficulty", "shortcuts", "likeness"]))
        ),
        of_this_scale(figure(expand("phantom_quality/{name}", name=["comparison", "gallery"]))),
