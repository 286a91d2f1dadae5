"""DICOM to arrays. Needs: a sheet or a folder of scans. Makes: one array of views, a row of facts on each, the rejected."""


rule ingest:
    """Read every scan of the cohort, one row a view; what cannot be used is listed with its reason."""
    input:
        cohort=cohort_files,
        scans=simulated_scans,
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
        shape=picture_shape(),
        archive=archive_state,
        code=library("ingest"),
    script:
        "../scripts/ingest.py"
