"""Do the networks differ, and what would they be worth? Needs: predictions. Makes: tables and figures; no part of `all`."""


rule network_tests:
    """Every pair of networks, what the test images are worth, and the optimism of choosing the best of seven."""
    input:
        predictions=of_every_unit("predictions"),
        metrics=of_every_unit("metrics"),
    output:
        pairs=table("clinical_use/pairs"),
        effective_sizes=table("clinical_use/effective_sizes"),
        optimism=table("clinical_use/optimism"),
    log:
        "logs/network_tests/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        seed=config["seed"],
        code=library("network_tests"),
    script:
        "../scripts/network_tests.py"


rule calibration:
    """Whether the probabilities mean what they say."""
    input:
        predictions=of_every_unit("predictions"),
        metrics=of_every_unit("metrics"),
    output:
        table=table("clinical_use/calibration"),
        figure=figure("clinical_use/reliability"),
    log:
        "logs/calibration/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        seed=config["seed"],
        classifier=config["figures"]["classifier"],
        code=library("calibration"),
    script:
        "../scripts/calibration.py"


rule operating_points:
    """Sensitivity at fixed specificity and the reverse, predictive values by prevalence, decision curves."""
    input:
        predictions=of_every_unit("predictions"),
        metrics=of_every_unit("metrics"),
    output:
        points=table("clinical_use/operating_points"),
        predictive=table("clinical_use/predictive_values"),
        curves="results/{scale}/clinical_use/decision_curves.tsv",
        decision=figure("clinical_use/decision_curves"),
        values=figure("clinical_use/predictive_values"),
    log:
        "logs/operating_points/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        seed=config["seed"],
        classifier=config["figures"]["classifier"],
        code=library("operating_points"),
    script:
        "../scripts/operating_points.py"


rule subgroups:
    """Scores by subtype, view, counts and, of the phantom, the lesions' contrast."""
    input:
        predictions=of_every_unit("predictions"),
        metrics=of_every_unit("metrics"),
        cohort="results/{scale}/label/cohort.tsv",
        scans="results/{scale}/ingest/scans.tsv",
        lesions=truth("truth_lesions.tsv") if PHANTOM else [],
    output:
        table=table("clinical_use/subgroups"),
    log:
        "logs/subgroups/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        seed=config["seed"],
        classifier=config["figures"]["classifier"],
        code=library("subgroups"),
    script:
        "../scripts/subgroups.py"


rule clinical_use:
    input:
        of_this_scale(
            table(
                expand(
                    "clinical_use/{name}",
                    name=[
                        "pairs",
                        "effective_sizes",
                        "optimism",
                        "calibration",
                        "operating_points",
                        "predictive_values",
                        "subgroups",
                    ],
                )
            )
        ),
        of_this_scale(
            figure(expand("clinical_use/{name}", name=["reliability", "decision_curves", "predictive_values"]))
        ),
