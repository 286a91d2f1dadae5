"""What the rules share: the config's check, the library's files, the settings that hang on a wildcard."""

import ast
import csv
import hashlib
import os
from pathlib import Path

from snakemake.exceptions import WorkflowError

WORKFLOW = Path(str(workflow.current_basedir)).parent


def broken_rules(config):
    """What a schema cannot say of the config: numbers that contradict each other."""
    for path in (
        "simulate.age",
        "simulate.counts",
        "crop.sigma",
        "augment.horizontal",
        "augment.vertical",
        "augment.degrees",
    ):
        section, key = path.split(".")
        if isinstance(config[section][key], int):
            continue
        least, greatest = config[section][key]
        if least > greatest:
            yield f"{path}: expected the lesser number first, got [{least}, {greatest}]"
    for name, scale in config["scales"].items():
        if config["crop"]["size"] // scale["block"] < 32:
            yield (
                f"scales.{name}.block: expected at most crop.size / 32, {config['crop']['size'] // 32}, "
                f"because VGG halves an image five times, got {scale['block']}"
            )
    if config["figures"]["classifier"] not in config["models"]:
        yield f"figures.classifier: expected one of models {config['models']}, got {config['figures']['classifier']}"
    if config["cohort"]["source"] == "phantom":
        majority = config["simulate"]["readers"] // 2 + 1
        if config["label"]["votes"] != majority:
            yield f"label.votes: expected {majority}, the majority of simulate.readers, got {config['label']['votes']}"
        views = dict(config["simulate"]["views"])
        views = {"normal": views.pop("normal"), "metastasis": sum(views.values())}
        for group, patients in config["simulate"]["patients"].items():
            if not patients <= views[group] <= 2 * patients:
                yield f"simulate.views: expected {patients} to {2 * patients} for {patients} {group} patients, got {views[group]}"
        for name, originals in config["simulate"]["views"].items():
            if originals and not originals <= config["augment"]["counts"][name] <= 14 * originals:
                yield (
                    f"augment.counts.{name}: expected {originals} (the originals) to {14 * originals} (14 of each), "
                    f"got {config['augment']['counts'][name]}"
                )


def check_config(config):
    """Stop before any job if the config is wrong, naming key, value and what is allowed."""
    import jsonschema
    import yaml

    schema = yaml.safe_load((WORKFLOW / "schemas" / "config.schema.yaml").read_text())
    problems = []
    for error in jsonschema.Draft202012Validator(schema).iter_errors(config):
        allowed = error.schema.get("description", "")
        if error.validator == "additionalProperties":
            allowed = "allowed: " + ", ".join(error.schema["properties"])
        key = ".".join(map(str, error.absolute_path)) or "top level"
        problems.append(f"{key}: {error.message} ({allowed})" if allowed else f"{key}: {error.message}")
    problems = problems or list(broken_rules(config))
    if problems:
        raise WorkflowError("\n  ".join(["The config is wrong:", *problems]))


check_config(config)


def imported(path):
    """Files of the library that one Python file imports by name."""
    scripts = WORKFLOW / "scripts"
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            parts = name.split(".")
            if parts[0] == "bonescan":
                file = scripts.joinpath(*parts)
                yield from filter(Path.exists, (file.with_suffix(".py"), file / "__init__.py"))


def library(script):
    """SHA-256 of all modules of the library that a script imports, directly or through each other.

    Snakemake reruns a job when its script changes, but does not look into what the script imports; as a parameter of
    the rule, this makes it. Unlike the files as inputs, it does not change when the workflow is moved or cloned again.
    """
    found, waiting = set(), [WORKFLOW / "scripts" / f"{script}.py"]
    while waiting:
        new = set(imported(waiting.pop())) - found
        found |= new
        waiting += new
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(found))).hexdigest()


def shards_of_cohort(wildcards):
    """The folders of the phantom cohort's shards, in the order of the patients."""
    numbers = range(1, config["simulate"]["shards"] + 1)
    return [f"results/{wildcards.scale}/simulate/shards/{number}" for number in numbers]


def cohort_files(wildcards):
    """The sheet or folder that names the cohort's scans."""
    if config["cohort"]["source"] == "phantom":
        return f"results/{wildcards.scale}/simulate/sheet.tsv"
    return config["cohort"]["path"]


def simulated_scans(wildcards):
    """The phantom's DICOM files, which may change where their sheet does not."""
    return f"results/{wildcards.scale}/simulate/dicom" if config["cohort"]["source"] == "phantom" else []


def archive_state(wildcards):
    """Digest of the names, sizes and times of the files that the user's sheet names or the user's folder holds.

    A scan replaced or added makes `ingest` run again, though neither the sheet nor the folder's own time changed.
    """
    if config["cohort"]["source"] == "phantom":
        return None
    path = Path(config["cohort"]["path"])
    if config["cohort"]["source"] == "sheet":
        with open(path, newline="", encoding="utf-8-sig") as sheet:
            rows = csv.DictReader(sheet, delimiter="," if path.suffix.lower() == ".csv" else "\t")
            files = [path.parent / (row.get("path") or "") for row in rows]
    else:
        files = [path if path.is_dir() else path.parent]
    files += [Path(root) / name for folder in files for root, _, names in os.walk(folder) for name in names]
    return state_of(files)


def state_of(files):
    """Digest of the names, sizes and times of those of the files that there are."""
    stats = [(str(file), file.stat()) for file in sorted(files) if file.is_file()]
    states = [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]
    return hashlib.sha256(repr(states).encode()).hexdigest()


def annotations_state(wildcards):
    """Digest of the user's annotations: one that a reader changes makes `label` run again."""
    if config["cohort"]["source"] == "phantom" or not config["cohort"]["annotations"]:
        return None
    folder = Path(config["cohort"]["annotations"])
    return state_of([*folder.glob("*/*.json"), *folder.glob("*/*.xml")])


def salt_mark():
    """What tells one salt of the environment from another, and nothing else of it; a salt of a file does not change."""
    salt = os.environ.get("BONESCAN_SALT")
    return salt and hashlib.sha256(f"mark of {salt}".encode()).hexdigest()[:8]


def picture_shape():
    """Rows and columns of the cohort's pictures: whole-body views, or thoracic images that need no crop."""
    size = config["crop"]["size"]
    return [size, size] if config["crop"]["method"] == "none" else [1024, 256]


def crop_settings():
    """What the five stages of the crop are told: neither whether they run, nor what becomes of crops to distrust."""
    return {key: value for key, value in config["crop"].items() if key not in ("method", "untrusted")}


def crop_script():
    """The script that makes thoracic images: the crop, or the one that leaves them as they are."""
    return "uncropped" if config["crop"]["method"] == "none" else "crop"


def annotation_files(wildcards):
    """The folder of the readers' annotations; nothing where the sheet holds the labels."""
    if config["cohort"]["source"] == "phantom":
        return f"results/{wildcards.scale}/simulate/annotations"
    return config["cohort"]["annotations"] or []


def annotations_to_begin_from(wildcards):
    """The annotations that a workspace is filled with; nothing where the readers begin anew."""
    return annotation_files(wildcards) if config["annotate"]["prefill"] else []


def readers():
    """Names of the readers: those of the config, else as many as simulated."""
    return config["label"]["readers"] or [f"reader{n}" for n in range(1, config["simulate"]["readers"] + 1)]


def numbers_of_figures():
    """The paper's figures; without a crop, Figures 2 and 3 of its stages have nothing to show."""
    stages = {2, 3} if config["crop"]["method"] == "none" else set()
    return sorted({*range(1, 12)} - stages)


def crop_quality_table(name):
    """The three formats of a table on the crop's quality."""
    return expand("results/{{scale}}/crop_quality/{name}.{format}", name=name, format=["csv", "md", "tex"])


def crop_quality_files():
    """What the target `crop_quality` makes: a sheet to look at, and scores where the truth is known."""
    names = ["contact_sheet.pdf"]
    if config["cohort"]["source"] == "phantom":
        names += ["crop_scores.md", "crop_stress.md"]
    return [f"results/{config['scale']}/crop_quality/{name}" for name in names]


def images_of_dataset(wildcards):
    """D2 is normalised; D1 and D3 are counts."""
    stage = "normalise" if wildcards.dataset == "D2" else "augment"
    return f"results/{wildcards.scale}/{stage}/images.npy"


def scale_settings(wildcards):
    """The section of the config for the scale of a job."""
    return config["scales"][wildcards.scale]


def scale_setting(key):
    """Input function for one setting of the scale."""

    def setting(wildcards):
        return scale_settings(wildcards)[key]

    return setting


def image_size(wildcards):
    """Rows and columns of the images that the networks of a scale see."""
    return config["crop"]["size"] // scale_settings(wildcards)["block"]


def network_of_model(wildcards):
    """The configuration of the network named by the wildcard."""
    return config["networks"][wildcards.model]


def training_settings(wildcards):
    """The settings that decide a training's result: those of the scale, with the epochs of the dataset."""
    settings = scale_settings(wildcards)
    keys = ("width", "learning_rate", "batch_size", "initial_weights")
    return {"epochs": settings["epochs"][wildcards.dataset], **{key: settings[key] for key in keys}}


def sweep_settings(wildcards):
    """The settings of one training of the sweep."""
    swept = {"initial_weights": wildcards.initial_weights, "learning_rate": float(wildcards.learning_rate)}
    return training_settings(wildcards) | swept


def sweep_grid(*wildcards):
    """What the sweep goes over, by wildcard."""
    sweep = config["sweep"]
    grid = {
        "unit": sweep["unit"],
        "dataset": sweep["datasets"],
        "model": sweep["model"],
        "initial_weights": sweep["initial_weights"],
        "learning_rate": [f"{rate:g}" for rate in sweep["learning_rates"]],
        "seed": config["seeds"],
    }
    return {wildcard: grid[wildcard] for wildcard in wildcards or grid}


def sweep_files(name):
    """One file of every training of the sweep."""
    folder = "results/{{scale}}/sweep/train/{unit}/{dataset}/{model}/{initial_weights}/{learning_rate}/seed{seed}/"
    return expand(folder + name, **sweep_grid())


def benchmark_job(wildcards):
    """What the benchmark trains: the networks of a scale, as `train` would compute them."""
    settings, compute = scale_settings(wildcards), config["compute"]
    return {
        "size": image_size(wildcards),
        **{key: settings[key] for key in ("width", "batch_size")},
        **{key: compute[key] for key in ("precision", "images_at_once")},
        "seconds": config["benchmark"]["seconds"],
    }


def benchmark_grid(wildcards):
    """What the trainings under one split unit go through; nothing where the cohort's size is not known beforehand."""
    if config["cohort"]["source"] != "phantom":
        return None
    epochs = scale_settings(wildcards)["epochs"]
    return {
        "views": sum(config["simulate"]["views"].values()),
        "augmented": sum(config["augment"]["counts"].values()),
        "ratio": config["split"]["ratio"],
        "epochs": {dataset: epochs[dataset] for dataset in config["datasets"]},
        "seeds": len(config["seeds"]),
    }


def train_memory(wildcards):
    """MB that one training may need."""
    return 10000 if wildcards.scale == "paper" else 1500


def train_runtime(wildcards):
    """Minutes that one training may take before a queue stops it; the next attempt goes on from its checkpoint."""
    return 1440 if wildcards.scale == "paper" else 60


def train_gpus(wildcards):
    """GPUs of one training: one at paper scale."""
    return 1 if wildcards.scale == "paper" else 0


def of_every_unit(name):
    """A table of the evaluation, one file a split unit."""
    return expand("results/{{scale}}/evaluate/{unit}/{name}.tsv", unit=config["split"]["units"], name=name)


def table(name):
    """The three formats of a table."""
    return expand("results/{{scale}}/tables/{name}.{format}", name=name, format=["csv", "md", "tex"])


def figure(name):
    """The two formats of a figure."""
    return expand("results/{{scale}}/figures/{name}.{format}", name=name, format=["pdf", "png"])


def phantom_truth(name):
    """Input function for a truth table of the phantom, which no other cohort has."""

    def path(wildcards):
        if config["cohort"]["source"] != "phantom":
            raise WorkflowError(
                "phantom_quality: expected cohort.source: phantom, whose truth is known, "
                f"got {config['cohort']['source']}; there is nothing to measure on other cohorts"
            )
        return f"results/{wildcards.scale}/simulate/{name}"

    return path


def quality_table(name):
    """The three formats of a table of the phantom's quality."""
    return expand("results/{{scale}}/phantom_quality/{name}.{format}", name=name, format=["csv", "md", "tex"])


def quality_figure(name):
    """The two formats of a figure of the phantom's quality."""
    return expand("results/{{scale}}/phantom_quality/{name}.{format}", name=name, format=["pdf", "png"])


def provenance(wildcards):
    """What stands on every table and figure: whose scans, and at which scale."""
    return {"cohort": config["cohort"]["source"], "scale": wildcards.scale}
