"""The paper's tables, each as CSV, Markdown and LaTeX, and ours beside the paper's numbers, cell by cell."""


rule cohort_tables:
    """Tables 1 and 2: images by class, before and after augmentation."""
    input:
        cohort="results/{scale}/label/cohort.tsv",
        lineage="results/{scale}/augment/lineage.tsv",
    output:
        table1=table("tables/table1"),
        table2=table("tables/table2"),
    log:
        "logs/cohort_tables/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        code=library("cohort_tables"),
    script:
        "../scripts/cohort_tables.py"


rule network_tables:
    """Tables 3 to 5: the configurations of the networks as built, and the training parameters as configured."""
    input:
        networks="results/{scale}/networks/networks.json",
    output:
        table3=table("tables/table3"),
        table4=table("tables/table4"),
        table5=table("tables/table5"),
    log:
        "logs/network_tables/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        training=lambda wildcards: scale_of_models(wildcards.scale),
        code=library("network_tables"),
    script:
        "../scripts/network_tables.py"


rule result_tables:
    """Tables 6 to 9: metrics on the test parts, under every split unit."""
    input:
        summaries=of_every_unit("summary"),
    output:
        table6=table("tables/table6"),
        table7=table("tables/table7"),
        table8=table("tables/table8"),
        table9=table("tables/table9"),
    log:
        "logs/result_tables/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        code=library("result_tables"),
    script:
        "../scripts/result_tables.py"


rule comparison:
    """Every number of the paper's Tables 1, 2 and 6 to 9 beside ours."""
    input:
        published=workflow.source_path("../resources/published.tsv"),
        cohort="results/{scale}/label/cohort.tsv",
        lineage="results/{scale}/augment/lineage.tsv",
        summaries=of_every_unit("summary"),
    output:
        comparison=table("tables/comparison"),
    log:
        "logs/comparison/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        code=library("comparison"),
    script:
        "../scripts/comparison.py"


rule claims:
    """What the paper claims, and what this run says to it."""
    input:
        predictions=of_every_unit("predictions"),
        metrics=of_every_unit("metrics"),
    output:
        claims=table("tables/claims"),
    log:
        "logs/claims/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        seed=config["seed"],
        code=library("claims"),
    script:
        "../scripts/claims.py"


rule tables:
    input:
        of_this_scale(
            table([*(f"tables/table{number}" for number in range(1, 10)), "tables/comparison", "tables/claims"])
        ),
