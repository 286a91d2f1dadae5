"""Printed metrics held against themselves. Needs: a table of them, the paper's or a user's, no cohort. Makes: tables."""

# the paper's own numbers, whose text is held against them too, or a table of the user's
AUDITED = Path(config["audit"]["table"]).stem if config["audit"]["table"] else "published"
AUDIT = {
    name: [f"results/audit/{AUDITED}/{name}.{suffix}" for suffix in ("csv", "md", "tex")]
    for name in ("sizes", "matrices", "cells", "auc", *(() if config["audit"]["table"] else ("claims",)))
}


rule audit_metrics:
    """The integer confusion matrices behind every printed row, what does not follow from them, bounds on the AUC."""
    input:
        table=config["audit"]["table"] or workflow.source_path("../resources/published.tsv"),
    output:
        **AUDIT,
    log:
        f"logs/audit_metrics/{AUDITED}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        paper=config["audit"]["table"] is None,
        sizes=config["audit"]["sizes"],
        limit=config["audit"]["limit"],
        code=library("audit_metrics"),
    script:
        "../scripts/audit_metrics.py"


rule audit:
    input:
        [*AUDIT.values()],
