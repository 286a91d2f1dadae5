"""DICOM to arrays. Needs: a sheet or a folder of scans. Makes: one array of views, a row of facts on each, the rejected."""

from bonescan.ingest.state import archive_state, salt_mark, tracked


rule ingest:
    """Read every scan of the cohort, one row a view; what cannot be used is listed with its reason."""
    input:
        cohort="results/{scale}/simulate/sheet.tsv" if PHANTOM else tracked(config["cohort"]["path"]),
        # the phantom's files may change where their sheet does not
        scans="results/{scale}/simulate/dicom" if PHANTOM else [],
    output:
        scans="results/{scale}/ingest/scans.npy",
        table="results/{scale}/ingest/scans.tsv",
        rejected="results/{scale}/ingest/rejected.tsv",
        reports="results/{scale}/ingest/reports.tsv",
        summary="results/{scale}/ingest/summary.tsv",
    log:
        "logs/ingest/{scale}.log",
    benchmark:
        "benchmarks/ingest/{scale}.tsv"
    conda:
        "../../envs/imaging.yaml"
    threads: 8
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        source=config["cohort"]["source"],
        pseudonyms=config["cohort"]["pseudonyms"],
        salt=salt_mark(),
        shape=PICTURE_SHAPE,
        whole_body=not UNCROPPED,
        # where Snakemake cannot track it as an input
        cohort=lambda wildcards: config["cohort"]["path"],
        archive=lambda wildcards: archive_state(config["cohort"]["source"], config["cohort"]["path"]),
        code=library("ingest"),
    script:
        "../scripts/ingest.py"
