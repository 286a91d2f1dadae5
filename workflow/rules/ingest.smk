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
    log:
        "logs/ingest/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        source=config["cohort"]["source"],
        archive=archive_state,
        code=library("ingest"),
    script:
        "../scripts/ingest.py"
