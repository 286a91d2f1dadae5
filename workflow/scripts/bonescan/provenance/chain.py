"""The chain behind a cell, from the table back to the pixels."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pandas as pd

from bonescan.parts import list_draws
from bonescan.provenance.arrays import (
    COHORT,
    CROPS,
    IMAGES,
    LINEAGE,
    NORMALISED,
    SCAN_TABLE,
    SCANS,
    THORAX,
    check_crops,
    check_images,
    check_lineage,
    check_normalised,
    check_scans,
    check_thorax,
    picture_shape,
)
from bonescan.provenance.cells import Cell
from bonescan.provenance.links import Link
from bonescan.provenance.remake import first_difference, read_cells, remade
from bonescan.provenance.run import SETTINGS, Run
from bonescan.provenance.sources import check_sources
from bonescan.provenance.trainings import check_evaluation, check_split, check_training, files_of, runs_of
from bonescan.scoring.leak import ALL_NETWORKS
from bonescan.terms import SIMULATED_FINDINGS, UNITS

SUFFIXES = ("csv", "md", "tex")

RESULT_TABLES = ("table6", "table7", "table8", "table9")

FACTS = {"label": "label/labels.tsv", "scans": "ingest/scans.tsv"}
FACTS |= {"crop": "crop/crop.tsv", "excluded": "crop/excluded.tsv"}
"""What says who is in the cohort."""

KINSHIP, LEAK = "leak/kinship.csv", "leak/leak.csv"

ALONE = ("table",)
"""Outputs of a rule that makes one table and its figure."""

UNSEEN = ("table3", "table4", "table5")
"""Tables that no scan has a part in."""

PUBLISHED = ("paper", "implied")
"""Columns of the comparison that are the paper's."""

UNREADABLE = (ValueError, KeyError, IndexError, TypeError, OSError, EOFError)
"""What reading an altered file may raise."""


def trace(run: Run, file: str, cell: Cell) -> list[Link]:
    """Return the links behind a cell, from the table to the pixels.

    Parameters
    ----------
    run : Run
    file : str
        The table's CSV, below the run's folder.
    cell : Cell
    """
    links = attempt(run, "cell", file, check_table, file, cell)
    runs: list[dict] = []
    if Path(file).stem not in UNSEEN and cell.column not in PUBLISHED:
        counted = "unit" not in cell.facts or cell.facts.get("table") in ("Table 1", "Table 2")
        if not counted:
            trained = file != KINSHIP
            for keys in keys_of(cell):
                found = []
                with suppress(*UNREADABLE):  # then its link says so
                    found = runs_of(run, keys) if trained else first_draws(run, keys)
                links += trace_runs(run, keys, found) if trained else trace_splits(run, found)
                runs += found
        if counted or runs:  # else there is no such training
            links += attempt(run, "images", LINEAGE, trace_images, None if counted else runs, cell)
    return [*links, *find_changed(run, links, runs)]


def check_known(file: str) -> None:
    """Stop at a table whose cells cannot be followed.

    Raises
    ------
    ValueError
        It is none of a run's results.
    """
    if file not in (KINSHIP, LEAK) and not file.startswith(("tables/", "clinical_use/")):
        raise ValueError(f"{file}: expected a table of tables/ or clinical_use/, {KINSHIP} or {LEAK}")


def keys_of(cell: Cell) -> list[dict[str, str]]:
    """Return unit, dataset and network behind a cell, once for each unit that it compares."""
    keys = {name: cell.facts[name] for name in ("dataset", "model") if name in cell.facts}
    if keys.get("model") == ALL_NETWORKS:
        del keys["model"]
    units = [cell.facts[name] for name in ("leaking_unit", "unit") if name in cell.facts]
    return [{"unit": unit, **keys} for unit in units]


def first_draws(run: Run, keys: dict[str, str]) -> list[dict]:
    """Return the split of the first draw, which stands for trainings where no network has a part."""
    split = run.settings["split"]
    key = {"model": "", "seed": "", **keys, "draw": next(iter(list_draws(split["repeats"], split["folds"])))}
    return [files_of(key)]


def attempt(run: Run, step: str, file: str, check: Callable, *arguments) -> list[Link]:
    """Return the links of a check; where a file of it cannot even be read, a link that says so."""
    try:
        found = check(run, *arguments)
        return [found] if isinstance(found, Link) else list(found)
    except UNREADABLE as error:
        return [run.link(step, file, "", f"cannot be followed ({type(error).__name__}: {error})")]


def trace_runs(run: Run, keys: dict, runs: list[dict]) -> list[Link]:
    """Return the links from the means of a network to the splits of its trainings."""
    links = attempt(run, "summary", f"evaluate/{keys['unit']}/summary.tsv", check_evaluation, keys, runs)
    for key in runs:
        links += attempt(run, "training", key["fit"], check_training, key)
    return links + trace_splits(run, runs)


def trace_splits(run: Run, runs: list[dict]) -> list[Link]:
    """Return the links of the splits of some trainings."""
    splits = {key["split"]: key for key in runs}
    return [link for file, key in splits.items() for link in attempt(run, "split", file, check_split, key)]


def trace_images(run: Run, runs: list[dict] | None, cell: Cell) -> Iterator[Link]:
    """Yield the links from the images of some trainings, or of all the cohort, to the pixels."""
    if gone := run.absent(LINEAGE, COHORT):
        yield from (run.link("images", file, "", None) for file in gone)
        return
    lineage, cohort = run.table(LINEAGE), run.table(COHORT)
    normalised = False
    if runs is not None:
        lineage = lineage[lineage["row"].isin(rows_of(run, runs))]
        normalised = any(key["dataset"] == "D2" for key in runs)
    elif subtype := cell.facts.get("subtype"):
        lineage = lineage[lineage["subtype"] == subtype]
    cohort = cohort[cohort["image"].isin(lineage["source"])]
    checks = [("normalised images", NORMALISED, check_normalised, lineage)] if normalised else []
    checks += [("images", IMAGES, check_images, lineage), ("lineage", LINEAGE, check_lineage, lineage)]
    checks += [("cohort", COHORT, check_cohort, cohort), ("labels", FACTS["label"], check_labels)]
    checks += [("thoracic images", THORAX, check_thorax, cohort), ("crops", CROPS, check_crops, cohort)]
    checks += [("scans", SCANS, check_scans, cohort), ("source files", SCAN_TABLE, check_sources, cohort)]
    for step, file, check, *arguments in checks:
        yield from attempt(run, step, file, check, *arguments)


def rows_of(run: Run, runs: list[dict]) -> set[int]:
    """Return the rows of the images that some trainings have seen, in training or test."""
    rows: set[int] = set()
    for file in {key["split"] for key in runs} - set(run.absent(*(key["split"] for key in runs))):
        with suppress(*UNREADABLE):  # then its link says so
            rows |= set(run.table(file)["row"].astype(int))
    return rows


def find_changed(run: Run, links: list[Link], runs: list[dict]) -> Iterator[Link]:
    """Yield the files that the run left otherwise and that no link has named; of trainings, those behind the cell."""
    named = {link.file for link in links}
    folders = tuple(key["fit"].removesuffix("fit.json") for key in runs)
    for file in run.left:
        behind = not file.startswith("train/") or (folders and file.startswith(folders))
        if file not in named and behind and run.changed(file):
            yield run.link("beside the chain", file, "the run left it otherwise", None)


def check_table(run: Run, file: str, cell: Cell) -> Iterator[Link]:
    """Yield the links of the cell, and of its table as printed."""
    told = f"row {cell.row + 1}, column {cell.column}: {cell.value or 'empty'}"
    job = job_of(run, file)
    if job is None:
        yield run.link("cell", file, f"{told}; not made again", None)
        return
    script, inputs, outputs, params, needs = job
    if run.absent(*needs):
        yield run.link("cell", file, told, None, needs)
        yield from (run.link("table's source", name, "", None) for name in run.absent(*needs))
        return
    source = " and ".join(needs) or SETTINGS
    names = {key: [f"{key}.{suffix}" for suffix in SUFFIXES] for key in outputs}
    names |= {"figure": ["figure.pdf", "figure.png"]} if outputs == ALONE else {}
    with remade(script, inputs, names, params) as made:
        paths = dict(zip(SUFFIXES, map(Path, made["table" if outputs == ALONE else Path(file).stem]), strict=True))
        again = read_cells(paths["csv"], ",")
        fits = cell.row < len(again) and cell.column in again.columns
        follows = again.at[cell.row, cell.column] if fits else "no such cell"
        reason = "" if follows == cell.value else f"from {source} follows {follows}"
        yield run.link("cell", file, f"{told}; from {source}", reason)
        for suffix in SUFFIXES:
            name = str(Path(file).with_suffix(f".{suffix}"))
            if not run.path(name).exists():
                yield run.link("table", name, "as printed", None)
                continue
            same = run.path(name).read_bytes() == paths[suffix].read_bytes()
            yield run.link("table", name, "the whole table", "" if same else f"other text follows from {source}")
    yield from (run.link("table's source", name, "", None) for name in needs if name.startswith("networks/"))


def job_of(run: Run, file: str):
    """Return script, inputs, outputs, parameters and files of the rule that makes a table; None if it is not called."""
    stem, units = Path(file).stem, run.settings["split"]["units"]
    summaries = [f"evaluate/{unit}/summary.tsv" for unit in units]
    counted, shown = {"cohort": COHORT, "lineage": LINEAGE}, {"provenance": run.provenance}

    def absolute(files):
        return {key: str(run.path(file)) for key, file in files.items()}

    def scored(units):
        files = {name: [f"evaluate/{unit}/{name}.tsv" for unit in units] for name in ("predictions", "metrics")}
        inputs = {name: [str(run.path(file)) for file in of_units] for name, of_units in files.items()}
        return inputs, [file for of_units in files.values() for file in of_units]

    if file == KINSHIP:
        return kinship_job(run, shown)
    if file == LEAK:
        leaky = [unit for unit in UNITS if not run.absent(f"evaluate/{unit}/predictions.tsv")]
        inputs, needs = scored(leaky)
        return "leaks", inputs, ALONE, shown | {"seed": run.settings["seed"]}, needs
    if not file.startswith("tables/"):
        return None

    if stem in ("table1", "table2"):
        return "cohort_tables", absolute(counted), ("table1", "table2"), shown, [*counted.values()]
    if stem in ("table3", "table4", "table5"):
        scale, names = run.settings["scales"][run.scale], {"networks": "networks/networks.json"}
        rates = {model: rate for model, rate in scale["own_rate"].items() if model in run.settings["models"]}
        params = shown | {"training": scale | {"own_rate": rates}}
        return "network_tables", absolute(names), ("table3", "table4", "table5"), params, [*names.values()]
    inputs = {"summaries": [str(run.path(file)) for file in summaries]}
    if stem in RESULT_TABLES:
        return "result_tables", inputs, RESULT_TABLES, shown, summaries
    if stem == "comparison":
        inputs |= absolute(counted) | {"published": str(run.published)}
        return "comparison", inputs, ("comparison",), shown, [*summaries, *counted.values()]
    if stem == "claims":
        inputs, needs = scored(units)
        return "claims", inputs, ("claims",), shown | {"seed": run.settings["seed"]}, needs
    return None


def kinship_job(run: Run, shown: dict):
    """Return what `job_of` does, of the kin of test images."""
    split, datasets = run.settings["split"], run.settings["datasets"]
    draws = list_draws(split["repeats"], split["folds"])
    parts = [[unit, dataset] for unit in split["units"] for dataset in datasets]
    splits = [f"split/{unit}/{next(iter(draws))}/{dataset}.tsv" for unit, dataset in parts]
    arrays = {"counts": IMAGES} | ({"normalised": NORMALISED} if "D2" in datasets else {})
    inputs = {"normalised": "", **{name: str(run.path(file)) for name, file in arrays.items()}}
    inputs["splits"] = [str(run.path(file)) for file in splits]
    params = shown | {"parts": parts, "draws": len(draws)}
    return "kinship_shares", inputs, ALONE, params, [*arrays.values(), *splits]


def check_cohort(run: Run, cohort: pd.DataFrame) -> Link:
    """Return the link of `cohort.tsv`: gathered again from labels, scans and crops."""
    what = f"{len(cohort)} views of {cohort['patient'].nunique()} patients, from {', '.join(FACTS.values())}"
    if run.absent(*FACTS.values()):
        return run.link("cohort", COHORT, what, None, FACTS.values())
    names = {"labels": "label", "scans": "scans", "crop": "crop", "excluded": "excluded"}
    inputs = {key: str(run.path(FACTS[name])) for key, name in names.items()}
    params = {key: run.settings["split"][key] for key in ("units", "ratio", "folds")}
    try:
        with remade("cohort", inputs, {"cohort": "cohort.tsv"}, params) as made:
            reason = first_difference(read_cells(run.path(COHORT)), read_cells(made.cohort), "labels and crops")
    except ValueError as error:
        reason = str(error)
    return run.link("cohort", COHORT, what, reason)


def check_labels(run: Run) -> Link:
    """Return the link of `labels.tsv`: counted again from the votes, where the annotations are the run's own."""
    file, annotations = FACTS["label"], run.path("simulate/annotations")
    if not run.phantom or not annotations.exists() or run.absent(file, FACTS["scans"]):
        return run.link("labels", file, "the labels; not counted again", None)
    views = range(len(run.table(FACTS["scans"])))
    if len(run.pick(views, file)) < len(views):
        return run.link("labels", file, "the readers' votes; counted again with --all", None)
    inputs = {"scans": str(run.path(FACTS["scans"])), "annotations": str(annotations), "rejected": ""}
    outputs = {"labels": "labels.tsv", "findings": "findings.tsv", "disputed": "disputed.tsv", "masks": "masks.npz"}
    label = run.settings["label"]
    params = {key: label[key] for key in ("votes", "readers", "synonyms")}
    params |= {
        "source": run.cohort,
        "labels": known_words(run),
        "seed": run.settings["seed"],
        "shape": picture_shape(run),
    }
    try:
        with remade("label", inputs, outputs | {"agreement": "agreement.json"}, params) as made:
            reason = first_difference(read_cells(run.path(file)), read_cells(made.labels), "simulate/annotations")
    except ValueError as error:
        reason = str(error)
    return run.link("labels", file, "the readers' votes, from simulate/annotations", reason)


def known_words(run: Run) -> list[str]:
    """Return the labels that the run's readers may write."""
    return [*run.settings["annotate"]["labels"], *(SIMULATED_FINDINGS if run.phantom else ())]
