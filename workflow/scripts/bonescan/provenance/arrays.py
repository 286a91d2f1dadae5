"""Images, crops and scans: rows of the arrays derived again from what lies before them."""

import hashlib
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from bonescan.augment import block_mean, plan, share_counts, transform
from bonescan.chance import generator
from bonescan.crop import crop_row, crop_thorax
from bonescan.crop.background import fill_with_background
from bonescan.normalise import min_max
from bonescan.provenance.links import Link
from bonescan.provenance.run import Run
from bonescan.provenance.settings import augmentation
from bonescan.terms import VIEW_SHAPE

LINEAGE, COHORT = "augment/lineage.tsv", "label/cohort.tsv"
IMAGES, NORMALISED = "augment/images.npy", "normalise/images.npy"
THORAX, CROPS = "crop/thorax.npy", "crop/crop.tsv"
SCANS, SCAN_TABLE = "ingest/scans.npy", "ingest/scans.tsv"

TIMES = 10
"""Images made again for each view that is: they take a tenth of the time."""

JUDGED = ("flag", "reason")
"""Columns of `crop.tsv` that an exam's two views settle together, after the crop."""


def fingerprint(images: np.ndarray, rows: np.ndarray, labels: np.ndarray) -> str:
    """Return the SHA-256 of training data, as `bonescan.training.fit.fingerprint` takes it, without Keras.

    Parameters
    ----------
    images : ndarray, shape (N, size, size)
    rows : ndarray, shape (n,), int
        Of the training images, in their order.
    labels : ndarray, shape (n,), int
    """
    digest = hashlib.sha256()
    for row in rows:
        digest.update(np.ascontiguousarray(images[row], dtype=np.float32))
    digest.update(np.ascontiguousarray(labels, dtype=np.int64))
    return digest.hexdigest()


def digest_counts(counts: np.ndarray) -> str:
    """Return the SHA-256 of a view's counts, as `scans.tsv` has it: of little-endian uint16."""
    return hashlib.sha256(np.ascontiguousarray(counts, dtype="<u2").tobytes()).hexdigest()


def describe(picked: Iterable, total: Iterable) -> str:
    """Say how many rows were made again."""
    made, rows = len(set(picked)), len(set(total))
    return f"all {rows}" if made == rows else f"{made} of {rows}"


def name_differing(names: dict, differs: Callable) -> str:
    """Return the first of some rows that differ, and how many do; empty where none does.

    Parameters
    ----------
    names : dict of int to str
        Image of each row.
    differs : callable
        From a row to a text that says how it differs, empty where it does not.
    """
    found = {name: how for row, name in names.items() if (how := differs(row))}
    if not found:
        return ""
    name, how = next(iter(found.items()))
    return f"{name}: {how}" + (f", and {len(found) - 1} more" if len(found) > 1 else "")


def compare_arrays(found: np.ndarray, made: np.ndarray) -> str:
    """Say in how many pixels two images differ, and where first; empty where they are equal."""
    if found.shape != made.shape:
        return f"{found.shape} pixels, expected {made.shape}"
    unequal = np.argwhere(np.asarray(found) != made)
    if not len(unequal):
        return ""
    row, column = map(int, unequal[0])
    return f"pixels that differ: {len(unequal)}, the first at row {row}, column {column}"


def check_normalised(run: Run, lineage: pd.DataFrame) -> Link:
    """Return the link of D2's images: normalised again."""
    over, rows = run.settings["normalise"]["over"], lineage["row"]
    if run.absent(NORMALISED, IMAGES):
        return run.link("normalised images", NORMALISED, f"{len(rows)} images", None, [IMAGES])
    images, normalised = run.array(IMAGES), run.array(NORMALISED)
    picked = run.pick(rows, NORMALISED, IMAGES, times=TIMES)
    whole = min_max(images, over) if over == "dataset" else None

    def differs(row):
        made = whole[row] if whole is not None else min_max(images[row][None], over)[0]
        return compare_arrays(normalised[row], made)

    names = lineage.set_index("row")["image"].loc[picked].to_dict()
    told = f"{describe(picked, rows)} images, from {IMAGES}"
    return run.link("normalised images", NORMALISED, told, name_differing(names, differs))


def check_images(run: Run, lineage: pd.DataFrame) -> Link:
    """Return the link of the augmented images: transformed again from their thoracic images."""
    if run.absent(IMAGES, THORAX):
        return run.link("images", IMAGES, f"{len(lineage)} images", None, [THORAX])
    images, thorax = run.array(IMAGES), run.array(THORAX)
    places = run.table(COHORT).set_index("image")["thorax_row"].to_dict()
    block = run.settings["scales"][run.scale]["block"]
    variants = lineage.set_index("row")

    def differs(row):
        variant = variants.loc[row]
        if variant["source"] not in places:
            return f"its source {variant['source']} is not in {COHORT}"
        source = thorax[places[variant["source"]]].astype(np.float32)
        made = transform(source, variant["mirrored"], variant["operation"], variant["amount"])
        return compare_arrays(images[row], block_mean(made, block).astype(np.float32))

    picked = run.pick(lineage["row"], IMAGES, THORAX, times=TIMES)
    told = f"{describe(picked, lineage['row'])} images, from {THORAX} and {LINEAGE}"
    return run.link("images", IMAGES, told, name_differing(variants["image"].loc[picked].to_dict(), differs))


def check_lineage(run: Run, lineage: pd.DataFrame) -> Link:
    """Return the link of the lineage: planned again from the cohort."""
    cohort, settings = run.table(COHORT), augmentation(run.settings, run.paper)
    told = f"{len(lineage)} images of {lineage['source'].nunique()} views, from {COHORT}"
    if settings["counts"] == "auto":
        originals = cohort["subtype"].value_counts(sort=False).to_dict()
        paper = run.paper["simulate"]["views"], run.paper["augment"]["counts"]
        settings["counts"] = share_counts(originals, *paper)
    try:
        made = plan(cohort, **settings, seed=run.settings["seed"])
    except (KeyError, ValueError) as error:
        return run.link("lineage", LINEAGE, told, f"it cannot be planned from {COHORT}: {error}")
    found = run.table(LINEAGE)
    if len(found) != len(made):
        return run.link("lineage", LINEAGE, told, f"{len(found)} rows; from {COHORT} follow {len(made)}")
    unequal = (found.astype(str) != made.astype(str)).to_numpy()
    if not unequal.any():
        return run.link("lineage", LINEAGE, told, "")
    row, place = (int(numbers[0]) for numbers in unequal.nonzero())
    pair = f"{found.iat[row, place]}; from {COHORT} follows {made.iat[row, place]}"
    return run.link("lineage", LINEAGE, told, f"{found.columns[place]} of {found.at[row, 'image']} is {pair}")


def check_thorax(run: Run, cohort: pd.DataFrame) -> Link:
    """Return the link of the thoracic images: each cut out of its view again, by the box that `crop.tsv` records."""
    if run.absent(THORAX, SCANS, CROPS):
        return run.link("thoracic images", THORAX, f"{len(cohort)} images", None, [SCANS, CROPS])
    thorax, scans, crops = run.array(THORAX), run.array(SCANS), run.table(CROPS).set_index("image")
    rows = cohort.set_index("image")

    def differs(image):
        view, crop = np.asarray(scans[rows.at[image, "scan_row"]]), crops.loc[image]
        made = view if "thr_n" not in crops else cut_again(view, crop, thorax.shape[1])
        return compare_arrays(thorax[rows.at[image, "thorax_row"]], made)

    reason = name_differing({image: image for image in rows.index}, differs)
    return run.link("thoracic images", THORAX, f"all {len(rows)} images, from {SCANS} and {CROPS}", reason)


def cut_again(view: np.ndarray, crop: pd.Series, size: int) -> np.ndarray:
    """Return a thoracic image by the recorded box."""
    box = tuple(int(crop[name]) for name in ("row0", "row1", "col0", "col1"))
    return fill_with_background(view, int(crop["thr_n"]), box, (int(crop["paste_row"]), int(crop["paste_col"])), size)


def check_crops(run: Run, cohort: pd.DataFrame) -> Link:
    """Return the link of `crop.tsv`: the five stages again, which takes a few hundredths of a second a view."""
    if run.absent(CROPS, SCANS):
        return run.link("crops", CROPS, f"{len(cohort)} crops", None, [SCANS])
    crops, scans = run.table(CROPS).set_index("image"), run.array(SCANS)
    if "thr_n" not in crops:
        return run.link("crops", CROPS, "none: the pictures are thoracic images already", "")
    settings = {key: value for key, value in run.settings["crop"].items() if key not in ("method", "untrusted")}
    places = cohort.set_index("image")["scan_row"]

    def differs(image):
        view = np.asarray(scans[places[image]])
        made = crop_row(crop_thorax(view, generator(run.settings["seed"], "crop", image), **settings))
        recorded = crops.loc[image]
        other = [name for name, value in made.items() if name not in JUDGED and recorded[name] != value]
        return ", ".join(f"{name} is {recorded[name]}, the stages give {made[name]}" for name in other)

    picked = [places.index[row] for row in run.pick(range(len(places)), CROPS)]
    told = f"the five stages again on {describe(picked, places.index)} views, from {SCANS}"
    return run.link("crops", CROPS, told, name_differing({image: image for image in picked}, differs))


def check_scans(run: Run, cohort: pd.DataFrame) -> Link:
    """Return the link of the scans: the digest of every view against `scans.tsv`."""
    if run.absent(SCANS, SCAN_TABLE):
        return run.link("scans", SCANS, f"{len(cohort)} views", None, [SCAN_TABLE])
    scans, table = run.array(SCANS), run.table(SCAN_TABLE)
    rows = cohort.set_index("image")["scan_row"]

    def differs(image):
        recorded = table.loc[rows[image]]
        if recorded["image"] != image:
            return f"row {rows[image]} of {SCAN_TABLE} is of {recorded['image']}"
        found = digest_counts(scans[rows[image]])
        return (
            "" if found == recorded["sha256"] else f"counts {found[:12]}, {SCAN_TABLE} says {recorded['sha256'][:12]}"
        )

    reason = name_differing({image: image for image in rows.index}, differs)
    return run.link("scans", SCANS, f"all {len(rows)} views, by the digests of {SCAN_TABLE}", reason)


def picture_shape(run: Run) -> tuple[int, int]:
    """Return rows and columns of the cohort's pictures."""
    crop = run.settings["crop"]
    return (crop["size"], crop["size"]) if crop["method"] == "none" else VIEW_SHAPE
