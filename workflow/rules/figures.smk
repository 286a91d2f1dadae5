"""The paper's figures, each as PDF and PNG, drawn from the arrays and tables of the run."""

# without a crop, Figures 2 and 3 of its stages have nothing to show
FIGURES = [number for number in range(1, 12) if not (UNCROPPED and number in (2, 3))]


rule figure1:
    """Count surfaces of a normal and of a metastatic whole-body view."""
    input:
        cohort="results/{scale}/label/cohort.tsv",
        scans="results/{scale}/ingest/scans.npy",
        findings="results/{scale}/label/findings.tsv",
    output:
        figure=figure("figures/figure1"),
    log:
        "logs/figure1/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        normal=config["figures"]["normal"],
        metastasis=config["figures"]["metastasis"],
        votes=config["label"]["votes"],
        code=library("figure1"),
    script:
        "../scripts/figure1.py"


rule figure2:
    """The five stages of the crop on one view."""
    input:
        cohort="results/{scale}/label/cohort.tsv",
        scans="results/{scale}/ingest/scans.npy",
        crop="results/{scale}/crop/crop.tsv",
    output:
        figure=figure("figures/figure2"),
    log:
        "logs/figure2/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        crop=CROP_SETTINGS,
        seed=config["seed"],
        image=config["figures"]["metastasis"],
        code=library("figure2"),
    script:
        "../scripts/figure2.py"


rule figure3:
    """Profile, fitted curve, first and second derivatives and landmarks of one posterior view."""
    input:
        cohort="results/{scale}/label/cohort.tsv",
        scans="results/{scale}/ingest/scans.npy",
        crop="results/{scale}/crop/crop.tsv",
    output:
        figure=figure("figures/figure3"),
    log:
        "logs/figure3/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        crop=CROP_SETTINGS,
        seed=config["seed"],
        image=config["figures"]["metastasis"],
        code=library("figure3"),
    script:
        "../scripts/figure3.py"


rule figure4:
    """One thoracic image, mirrored, shifted and rotated."""
    input:
        cohort="results/{scale}/label/cohort.tsv",
        thorax="results/{scale}/crop/thorax.npy",
        crop="results/{scale}/crop/crop.tsv",
        findings="results/{scale}/label/findings.tsv",
    output:
        figure=figure("figures/figure4"),
    log:
        "logs/figure4/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        # the greatest that augmentation takes
        vertical=config["augment"]["vertical"][1],
        degrees=config["augment"]["degrees"][1],
        image=config["figures"]["metastasis"],
        votes=config["label"]["votes"],
        shape=PICTURE_SHAPE,
        code=library("figure4"),
    script:
        "../scripts/figure4.py"


rule figure5:
    """The readers' annotation of one view, as the folders of `annotate` hold it."""
    input:
        scans="results/{scale}/ingest/scans.npy",
        cohort="results/{scale}/label/cohort.tsv",
        reports="results/{scale}/ingest/reports.tsv",
        labels="results/{scale}/label/labels.tsv",
        findings="results/{scale}/label/findings.tsv",
    output:
        figure=figure("figures/figure5"),
    log:
        "logs/figure5/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        votes=config["label"]["votes"],
        image=config["figures"]["metastasis"],
        code=library("figure5"),
    script:
        "../scripts/figure5.py"


rule figure6:
    """The residual module, as built."""
    input:
        networks="results/{scale}/networks/networks.json",
    output:
        figure=figure("figures/figure6"),
    log:
        "logs/figure6/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        code=library("figure6"),
    script:
        "../scripts/figure6.py"


rule figure7:
    """The dense block, as built."""
    input:
        networks="results/{scale}/networks/networks.json",
    output:
        figure=figure("figures/figure7"),
    log:
        "logs/figure7/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        code=library("figure7"),
    script:
        "../scripts/figure7.py"


rule figure8:
    """Training accuracy of every classifier on every dataset."""
    input:
        fits=first_trainings("fit.json"),
        histories=first_trainings("history.csv"),
        metrics=of_every_unit("metrics"),
    output:
        figure=figure("figures/figure8"),
    log:
        "logs/figure8/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        code=library("figure8"),
    script:
        "../scripts/figure8.py"


rule figure9:
    """ROC curves of every classifier on every dataset."""
    input:
        predictions=of_every_unit("predictions"),
        metrics=of_every_unit("metrics"),
        summaries=of_every_unit("summary"),
    output:
        figure=figure("figures/figure9"),
    log:
        "logs/figure9/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        code=library("figure9"),
    script:
        "../scripts/figure9.py"


rule figure10:
    """Confusion matrices of one classifier on D2 and D3."""
    input:
        metrics=of_every_unit("metrics"),
    output:
        figure=figure("figures/figure10"),
    log:
        "logs/figure10/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        classifier=config["figures"]["classifier"],
        code=library("figure10"),
    script:
        "../scripts/figure10.py"


rule figure11:
    """Misclassified thoracic images of one classifier on D3, the readers' findings marked."""
    input:
        predictions=of_every_unit("predictions"),
        metrics=of_every_unit("metrics"),
        thorax="results/{scale}/crop/thorax.npy",
        cohort="results/{scale}/label/cohort.tsv",
        crop="results/{scale}/crop/crop.tsv",
        lineage="results/{scale}/augment/lineage.tsv",
        findings="results/{scale}/label/findings.tsv",
    output:
        figure=figure("figures/figure11"),
    log:
        "logs/figure11/{scale}.log",
    conda:
        "../../envs/imaging.yaml"
    params:
        provenance=provenance,
        classifier=config["figures"]["classifier"],
        votes=config["label"]["votes"],
        shape=PICTURE_SHAPE,
        code=library("figure11"),
    script:
        "../scripts/figure11.py"


rule figures:
    input:
        of_this_scale(figure([f"figures/figure{number}" for number in FIGURES])),
