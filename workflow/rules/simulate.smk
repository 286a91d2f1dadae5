"""The phantom cohort. Needs: the config alone. Makes: DICOM files, a sheet of them, readers' annotations, the truth."""


rule simulate:
    """Simulate whole-body bone scans of one shard of the patients, whose disease is known."""
    output:
        shard=temp(directory("results/{scale}/simulate/shards/{shard}")),
    log:
        "logs/simulate/{scale}/{shard}.log",
    benchmark:
        "benchmarks/simulate/{scale}/{shard}.tsv"
    conda:
        "../../envs/imaging.yaml"
    resources:
        mem_mb=400,
        runtime=60,
    params:
        simulate=config["simulate"],
        seed=config["seed"],
        code=library("simulate"),
    script:
        "../scripts/simulate.py"


rule gather_cohort:
    """Bring the shards together in the order of the patients."""
    input:
        shards=expand(
            "results/{{scale}}/simulate/shards/{shard}",
            shard=range(1, config["simulate"]["shards"] + 1),
        ),
    output:
        dicom=directory("results/{scale}/simulate/dicom"),
        annotations=directory("results/{scale}/simulate/annotations"),
        truth=directory("results/{scale}/simulate/truth"),
        sheet="results/{scale}/simulate/sheet.tsv",
        views="results/{scale}/simulate/truth_views.tsv",
        lesions="results/{scale}/simulate/truth_lesions.tsv",
        foci="results/{scale}/simulate/truth_foci.tsv",
    log:
        "logs/gather_cohort/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        code=library("gather_cohort"),
    script:
        "../scripts/gather_cohort.py"
