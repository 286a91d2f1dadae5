"""What several stages share: the config check, the digest of a script, settings by scale, formats of output."""

import os
import sys
from pathlib import Path

import yaml
from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

WORKFLOW = Path(str(workflow.current_basedir)).parent
SCRIPTS = WORKFLOW / "scripts"
sys.path.append(str(SCRIPTS))  # the library, as the scripts import it

from bonescan.code import Library
from bonescan.config import check, settle_counts
from bonescan.ingest.state import check_plan
from bonescan.machine import caches_without_home, check_folders
from bonescan.parts import list_draws, list_shuffles, share_trained
from bonescan.provenance.settings import learning_rate, public_settings
from bonescan.terms import DATASETS, SIMULATED_FINDINGS, UNITS, VIEW_SHAPE

LIBRARY = Library(SCRIPTS)

# the config as it is without the user's: what stands there of the paper
PAPER = yaml.safe_load((WORKFLOW.parent / "config.yaml").read_text(encoding="utf-8"))

try:
    check(config, yaml.safe_load((WORKFLOW / "schemas" / "config.schema.yaml").read_text(encoding="utf-8")), PAPER)
    check_folders("results", "logs", "benchmarks")
    LABELLED = check_plan(*(config["cohort"][key] for key in ("source", "path", "annotations")))
except ValueError as error:
    raise WorkflowError(str(error))

# jobs inherit it
os.environ.update(caches_without_home(".snakemake/caches"))

PHANTOM = config["cohort"]["source"] == "phantom"
UNCROPPED = config["crop"]["method"] == "none"

# rows and columns of the cohort's pictures: whole-body views, or thoracic images that need no crop
PICTURE_SHAPE = [config["crop"]["size"]] * 2 if UNCROPPED else list(VIEW_SHAPE)

# what the five stages of the crop are told: neither whether they run, nor what becomes of crops to distrust
CROP_SETTINGS = {key: value for key, value in config["crop"].items() if key not in ("method", "untrusted")}

# the folder of the readers' annotations; nothing where the sheet holds the labels
ANNOTATIONS = "results/{scale}/simulate/annotations" if PHANTOM else config["cohort"]["annotations"] or []

# the labels that readers may write; simulated ones mark what they see, whatever the config offers to people
KNOWN_LABELS = [*config["annotate"]["labels"], *(SIMULATED_FINDINGS if PHANTOM else ())]

# how the images are divided, by the name of the draw
DRAWS = list_draws(config["split"]["repeats"], config["split"]["folds"])

# the trainings of a run under one split unit, by wildcard
RUNS = {"draw": DRAWS, "dataset": config["datasets"], "model": config["models"], "seed": config["seeds"]}

# of each network, its first training
FIRST = {"draw": next(iter(DRAWS)), "seed": config["seeds"][0]}

# the draws of the control, whose labels are shuffled
SHUFFLES = list_shuffles(config["control"]["shuffle"], config["control"]["repeats"])

# images of each class after augmentation, or `auto`
COUNTS = settle_counts(config, PAPER)

# stands as a file that is not there: Snakemake names it in one message, where an exception comes with a traceback
NO_TRUTH = "expected cohort.source: phantom, whose truth is known: there is nothing to measure other cohorts against"

if not LABELLED and workflow.is_main_process:
    logger.warning(
        "There are no labels: the run goes as far as the crop and its contact sheet. For the rest give the sheet a "
        "column label (0 normal, 1 metastasis), or annotate (docs/own-scans.md) and set cohort.annotations."
    )


def library(*names):
    """Digest of the code that decides what a script writes or a definition returns, taken when a job asks for it.

    Snakemake does not look into what a script imports; as a parameter of its rule, the digest makes it.
    """

    def digest(wildcards):
        return LIBRARY.digest(*names)

    return digest


def provenance(wildcards):
    """What stands on every table and figure: whose scans, and at which scale."""
    return {"cohort": config["cohort"]["source"], "scale": wildcards.scale}


def public_config(wildcards):
    """The config without its paths."""
    return public_settings(config)


def scale_setting(key):
    """Input function for one setting of the scale."""
    return lookup(dpath=f"scales/{{scale}}/{key}", within=config)


def image_size(wildcards):
    """Rows and columns of the images that the networks of a scale see."""
    return config["crop"]["size"] // config["scales"][wildcards.scale]["block"]


def images_of_dataset(wildcards):
    """D2 is normalised; D1 and D3 are counts."""
    stage = "normalise" if wildcards.dataset == "D2" else "augment"
    return f"results/{wildcards.scale}/{stage}/images.npy"


def training_settings(wildcards):
    """The settings that decide a training's result: those of the scale, where a sweep does not name its own."""
    settings = config["scales"][wildcards.scale]
    rate = learning_rate(settings, wildcards.dataset, wildcards.model)
    return {
        "epochs": settings["epochs"][wildcards.dataset],
        "end_below_loss": settings["end_below_loss"],
        "width": settings["width"],
        "learning_rate": float(wildcards.get("learning_rate", rate)),
        "batch_size": settings["batch_size"],
        "initial_weights": wildcards.get("initial_weights", settings["initial_weights"]),
    }


def scale_of_models(scale):
    """The settings of a scale, without the rates of networks that are not part of the run."""
    rates = {model: rate for model, rate in config["scales"][scale]["own_rate"].items() if model in config["models"]}
    return config["scales"][scale] | {"own_rate": rates}


def train_memory(wildcards):
    """MB that one training may need."""
    return 10000 if wildcards.scale == "paper" else 1500


def train_runtime(wildcards):
    """Minutes that one training may take before a queue stops it; the next attempt goes on from its checkpoint."""
    return 1440 if wildcards.scale == "paper" else 60


def train_gpus(wildcards):
    """GPUs of one training: one at paper scale."""
    return 1 if wildcards.scale == "paper" else 0


def table(name):
    """The three formats of a table."""
    return expand("results/{{scale}}/{name}.{format}", name=name, format=["csv", "md", "tex"])


def figure(name):
    """The two formats of a figure."""
    return expand("results/{{scale}}/{name}.{format}", name=name, format=["pdf", "png"])


def of_this_scale(paths):
    """Paths of the scale that the config names."""
    return expand(paths, scale=config["scale"])


def datasets_under(unit):
    """Datasets that are split by a unit: of originals alone, a split by source is one by image, if nobody asks for it."""
    spared = "D1" if unit == "source" and unit not in config["split"]["units"] else None
    return [dataset for dataset in config["datasets"] if dataset != spared]


def runs_of(path, **which):
    """Input function: a file of each division of the images under a unit, or of each training; `which` narrows them."""

    def paths(wildcards):
        return expand(path, **{**wildcards, **RUNS, "dataset": datasets_under(wildcards.unit), **which})

    return paths


def first_trainings(name):
    """A file of the first training of every network under every split unit."""
    path = f"results/{{{{scale}}}}/train/{{unit}}/{{draw}}/{{dataset}}/{{model}}/seed{{seed}}/{name}"
    return expand(path, unit=config["split"]["units"], **(RUNS | FIRST))


def shuffles_among(unit):
    """Draws of the control whose labels are shuffled among a unit."""
    return [draw for draw, how in SHUFFLES.items() if how["shuffled"] == unit]


def shuffled_runs(path):
    """Input function: as `runs_of`, of the control with labels shuffled among a unit."""

    def paths(wildcards):
        which = {key: config["control"][f"{key}s"] for key in ("dataset", "model")}
        return runs_of(path, draw=shuffles_among(wildcards.shuffled), **which)(wildcards)

    return paths


def of_every_unit(name):
    """A table of the evaluation, one file a split unit."""
    return expand("results/{{scale}}/evaluate/{unit}/{name}.tsv", unit=config["split"]["units"], name=name)


def simulated(suffix, views):
    """Files of as many shards of simulated patients as hold so many views; a shard is a cohort."""
    shards = -(-views // sum(config["simulate"]["views"].values()))
    return expand(f"results/{{{{scale}}}}/simulated_patients/{{shard}}{suffix}", shard=range(1, shards + 1))


def truth(name):
    """What only the phantom knows; for another cohort, a file that is not there and says why."""
    return f"results/{{scale}}/simulate/{name}" if PHANTOM else NO_TRUTH


# what can be made without labels
UNLABELLED = of_this_scale(["results/{scale}/crop/crop.tsv", "results/{scale}/crop_quality/contact_sheet.pdf"])
