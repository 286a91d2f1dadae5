"""The project's vocabularies, each defined once: words of the tables, the file names and the config."""

NORMAL, METASTASIS = CLASSES = ("normal", "metastasis")
"""By label: 0 and 1. Normal is a subtype too, and metastasis the finding that makes a reader's vote."""

SIMULATED_FINDINGS = (
    *("degenerative", "fracture", "injection site", "prosthesis", "dental"),
    *("Paget disease", "urine contamination", "catheter"),
)
"""What the simulated readers mark besides metastases."""

SUBTYPES = ("normal", "multiple", "spinal", "outside_spine")
"""Classes of Tables 1 and 2, in their order."""

METASTATIC = SUBTYPES[1:]
"""Subtypes of label 1."""

UNSPECIFIED = "unspecified"
"""In the place of a subtype: a metastasis of which a sheet with labels alone does not say more."""

LABEL_WORDS = {
    **dict.fromkeys(("0", "normal", "negative", "neg", "no", "false", "healthy", "benign", "no metastasis"), "0"),
    **dict.fromkeys(("degenerative", "fracture", "injection site", "bladder", "kidney"), "0"),
    **dict.fromkeys(("1", "abnormal", "positive", "pos", "yes", "true", "malignant"), "1"),
    **dict.fromkeys(("metastasis", "metastases", "metastatic", "multiple", "spinal", "outside spine"), "1"),
}
"""Words of a sheet's column `label`, in small letters and with blanks for hyphens and underscores.

Among them are common findings of `annotate.labels`: only a metastasis makes an image abnormal. `other` may be one.
"""

SUBTYPE_WORDS = {
    **{subtype.replace("_", " "): subtype for subtype in SUBTYPES},
    "multiple bone metastasis": "multiple",
    "spinal metastasis": "spinal",
    "metastasis outside spinal": "outside_spine",
    "metastasis outside spine": "outside_spine",
}
"""Words of a sheet's column `subtype`, spelled likewise."""

SHEET_VALUES = {"label": ("0", "1"), "subtype": (*SUBTYPES, UNSPECIFIED)}
"""What a sheet's columns may say once words are read."""

VIEWS = ("anterior", "posterior")

VIEW_SHAPE = (1024, 256)
"""Rows and columns of a whole-body view (paper: Dataset)."""

SOURCES = ("phantom", "sheet", "folder", "both")
"""Where a cohort comes from: simulated, named by a sheet, found in a folder, or a sheet and the rest of its folder."""

OPERATIONS = ("identity", "left", "right", "up", "down", "rotate_left", "rotate_right")
"""What augmentation does to an image, as it is and mirrored (paper: Thoracic image augmentation)."""

VARIANTS = 2 * len(OPERATIONS)
"""Variants of one image, counting itself: 14. In Table 2 the smallest class grows from 1 image to 14."""

DATASETS = ("D1", "D2", "D3")
"""Original; augmented and normalised; augmented."""

UNITS = ("image", "source", "patient")
"""Split units; the paper's comes first."""

RUN = ("unit", "draw", "dataset", "model", "seed")
"""What identifies a training: split unit, repeat or fold, dataset, network, seed of its weights and order."""

MODELS = ("V7", "V16", "V19", "V21", "V24", "R34", "D121")
"""The seven networks, in the order of Tables 6 to 9."""

TRAINED, DID_NOT_TRAIN, DIVERGED = STATUSES = ("trained", "did not train", "diverged")
"""Possible outcomes of a training."""

PAPER_METRICS = ("accuracy", "precision", "recall", "specificity", "f1")
"""Columns of Tables 6 to 8, in their order."""

METRICS = (*PAPER_METRICS, "fpr", "auc")
"""All scores of a test part (Eqs. 4 to 9, AUC)."""

CELLS = ("tp", "fn", "fp", "tn")
"""Cells of a confusion matrix; metastasis is the positive class."""
