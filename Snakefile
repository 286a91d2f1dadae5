"""Lin et al., Sci Rep 2021, 11:4223: from whole-body bone scans to every table and figure of the paper."""

from snakemake.utils import min_version

min_version("9.0")


configfile: workflow.source_path("config.yaml")


include: "workflow/rules/common.smk"


wildcard_constraints:
    scale="|".join(config["scales"]),
    unit="|".join(UNITS),
    draw="|".join(DRAWS | SHUFFLES),
    shuffled="|".join(UNITS),
    dataset="|".join(DATASETS),
    model="|".join(config["networks"]),
    seed=r"\d+",
    shard=r"\d+",
    views=r"\d+",


include: "workflow/rules/simulate.smk"
include: "workflow/rules/ingest.smk"
include: "workflow/rules/annotate.smk"
include: "workflow/rules/label.smk"
include: "workflow/rules/crop.smk"
include: "workflow/rules/crop_quality.smk"
include: "workflow/rules/augment.smk"
include: "workflow/rules/normalise.smk"
include: "workflow/rules/split.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/sweep.smk"
include: "workflow/rules/benchmark.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/kinship.smk"
include: "workflow/rules/leak.smk"
include: "workflow/rules/audit.smk"
include: "workflow/rules/control.smk"
include: "workflow/rules/provenance.smk"
include: "workflow/rules/report_forms.smk"
include: "workflow/rules/clinical_use.smk"
include: "workflow/rules/count_scale.smk"
include: "workflow/rules/phantom_quality.smk"
include: "workflow/rules/simulated_patients.smk"
include: "workflow/rules/standard_reader.smk"


rule all:
    default_target: True
    input:
        (
            [
                getattr(rules, name).input
                for name in ("tables", "figures", "kinship", "audit", "provenance", "report_forms")
            ]
            if LABELLED
            else UNLABELLED
        ),
