"""From a cell of a table to the pixels behind it: print every link with its digest, make each again, and compare.

    python workflow/provenance.py results/desk/tables/table8.csv --classifier V21 --unit patient --metric accuracy

Exit status: 0 the chain holds, 1 a link differs or is missing, 2 no such cell.
"""

# ruff: noqa: E402 (the library's place comes first)

import argparse
import json
import sys
from pathlib import Path

import pandas as pd
import yaml

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "workflow" / "scripts"
sys.path.append(str(SCRIPTS))  # the library, as the scripts import it

from bonescan.code import Library
from bonescan.files import read_json
from bonescan.ingest.salt import KEY_FILE, READING
from bonescan.provenance.cells import find_cell
from bonescan.provenance.chain import check_known, trace
from bonescan.provenance.links import is_whole
from bonescan.provenance.printing import plain_chain, print_chain
from bonescan.provenance.remake import read_cells
from bonescan.provenance.run import SETTINGS, Run
from bonescan.provenance.settings import overlay, sheet_folder

FIT_CODE = ("bonescan.models.build", "bonescan.training.fit.fit", "bonescan.backend.prepare")
"""What decides weights, as the rule `train` has it."""


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="provenance.py", description=__doc__.split("\n\n")[0])
    parser.add_argument("table", type=Path, help="a CSV of the run, such as results/desk/tables/table8.csv")
    for name in ("classifier", "unit", "dataset", "subtype"):
        parser.add_argument(f"--{name}", help="value of this column")
    parser.add_argument("--where", nargs="+", default=[], metavar="COLUMN=VALUE", help="any columns; row=3: the third")
    parser.add_argument("--metric", help="the cell's metric: accuracy, Acc, auc, accuracy_low ...")
    parser.add_argument("--column", help="the cell's column, where the metric does not tell it")
    parser.add_argument("--configfile", type=Path, nargs="+", default=[], help="the run's; else what it recorded")
    parser.add_argument("--cohort", type=Path, help="the sheet or folder of your own scans")
    sample = "views of a step that are made again (default: 20), and ten times as many images"
    parser.add_argument("--sample", type=int, default=20, help=sample)
    parser.add_argument("--all", action="store_true", help="make all again")
    parser.add_argument("--predict", action="store_true", help="let the networks read their test images again")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args(arguments)


def read_where(options: argparse.Namespace) -> dict[str, str]:
    """Return the columns and values by which the row is found."""
    if wrong := [pair for pair in options.where if "=" not in pair]:
        raise ValueError(f"--where: expected COLUMN=VALUE, got {wrong[0]}")
    where = dict(pair.split("=", 1) for pair in options.where)
    given = {name: getattr(options, name) for name in ("classifier", "unit", "dataset", "subtype")}
    return where | {name: value for name, value in given.items() if value}


def read_settings(folder: Path, paper: dict, configfiles: list[Path]) -> dict:
    """Return the settings of a run: of the config files, else as it recorded them, else the workflow's own."""
    if not configfiles and (folder / SETTINGS).exists():
        return read_json(folder / SETTINGS)
    settings = paper
    for path in configfiles:
        settings = overlay(settings, yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    return settings


def read_names(home: Path, cohort: str) -> dict[str, str]:
    """Return the path of each file's token, as ingest left it in the run's folder; the phantom needs none."""
    if cohort == "phantom" or not (home / KEY_FILE).exists():
        return {}
    return dict(pd.read_csv(home / KEY_FILE, **READING)[["source_file", "path"]].to_numpy())


def open_run(options: argparse.Namespace, table: pd.DataFrame) -> Run:
    """Return the run that a table belongs to; the table says its cohort and scale."""
    if missing := {"cohort", "scale"} - set(table.columns):
        raise ValueError(
            f"{options.table}: expected a table of a run, with the columns cohort and scale, not {missing}"
        )
    folder = options.table.resolve().parent.parent
    cohort, scale = table["cohort"].iloc[0], table["scale"].iloc[0]
    paper = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    scans = folder / "simulate" if cohort == "phantom" else options.cohort and sheet_folder(options.cohort)
    return Run(
        folder=folder,
        scale=scale,
        cohort=cohort,
        settings=read_settings(folder, paper, options.configfile),
        paper=paper,
        published=ROOT / "workflow" / "resources" / "published.tsv",
        fit_code=Library(SCRIPTS).digest(*FIT_CODE),
        scans=scans,
        names=read_names(folder.parent.parent, cohort),
        sample=None if options.all else options.sample,
        predict=options.predict,
    )


def main(arguments: list[str]) -> int:
    """Trace one cell; return the exit status."""
    options = read_arguments(arguments)
    if options.table.suffix != ".csv" or not options.table.is_file():
        raise ValueError(f"{options.table}: expected a CSV of a run, such as results/desk/tables/table8.csv")
    table = read_cells(options.table, ",")
    cell = find_cell(table, read_where(options), options.metric, options.column)
    run = open_run(options, table)
    file = options.table.resolve().relative_to(run.folder).as_posix()
    check_known(file)
    links = trace(run, file, cell)
    if options.json:
        sys.stdout.write(json.dumps(plain_chain(file, cell, links), indent=2) + "\n")
    else:
        sys.stdout.write(print_chain(file, cell, links))
    return 0 if is_whole(links) else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
