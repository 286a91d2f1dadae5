"""Forms for a report. Needs: tables of the cohort and of the evaluation. Makes: the CLAIM checklist and a model card."""


rule fill_forms:
    """Fill the CLAIM checklist and a model card from what the run left; what no file says stays open."""
    input:
        scans="results/{scale}/ingest/scans.tsv",
        rejected="results/{scale}/ingest/rejected.tsv",
        crops="results/{scale}/crop/crop.tsv",
        excluded="results/{scale}/crop/excluded.tsv",
        cohort="results/{scale}/label/cohort.tsv",
        agreement="results/{scale}/label/agreement.json",
        lineage="results/{scale}/augment/lineage.tsv",
        networks="results/{scale}/networks/networks.json",
        summaries=of_every_unit("summary"),
        fits=expand(
            "results/{{scale}}/train/{unit}/{draw}/{dataset}/{model}/seed{seed}/fit.json",
            unit=config["split"]["units"],
            **RUNS,
        ),
    output:
        checklist=table("report_forms/claim_checklist"),
        card="results/{scale}/report_forms/model_card.md",
    log:
        "logs/fill_forms/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        settings=public_config,
        code=library("fill_forms"),
    script:
        "../scripts/fill_forms.py"


rule report_forms:
    input:
        of_this_scale(rules.fill_forms.output),
