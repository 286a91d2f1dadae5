"""What the paper's split was worth. Needs: predictions by image, source and patient. Makes: a table and a figure; no part of `all`."""

# of originals alone, by source is by image
LEAKY = [unit for unit in UNITS if datasets_under(unit)]


rule leaks:
    """Each network split by image, by source and by patient, in pairs: what siblings and patients in training are worth."""
    input:
        predictions=expand("results/{{scale}}/evaluate/{unit}/predictions.tsv", unit=LEAKY),
        metrics=expand("results/{{scale}}/evaluate/{unit}/metrics.tsv", unit=LEAKY),
    output:
        table=table("leak/leak"),
        figure=figure("leak/leak"),
    log:
        "logs/leaks/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        seed=config["seed"],
        code=library("leaks"),
    script:
        "../scripts/leaks.py"


rule leak:
    input:
        of_this_scale(table("leak/leak") + figure("leak/leak")),
