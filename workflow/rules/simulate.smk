"""The phantom cohort. Needs: the config alone. Makes: DICOM files, a sheet of them, readers' annotations, the truth."""


rule simulate:
    """Simulate whole-body bone scans of patients whose disease is known."""
    output:
        dicom=directory("results/{scale}/simulate/dicom"),
        annotations=directory("results/{scale}/simulate/annotations"),
        truth=directory("results/{scale}/simulate/truth"),
        sheet="results/{scale}/simulate/sheet.tsv",
        views="results/{scale}/simulate/truth_views.tsv",
        lesions="results/{scale}/simulate/truth_lesions.tsv",
        foci="results/{scale}/simulate/truth_foci.tsv",
    log:
        "logs/simulate/{scale}.log",
    benchmark:
        "benchmarks/simulate/{scale}.tsv"
    conda:
        "../../envs/imaging.yaml"
    threads: 8
    resources:
        mem_mb=3000,
        runtime=60,
    params:
        simulate=config["simulate"],
        seed=config["seed"],
        code=library("simulate"),
    script:
        "../scripts/simulate.py"
