"""Do the README's results come out again?

Not a test, and an hour on two cores: `make recompute`, or `python tests/recompute --folder somewhere`, which goes on
where one stopped. It trains every network by image and, in a cross-validation, by patient, in a folder of its own,
prints the rows of the README's table as they come out here, and ends with status 1 if one of these numbers lies outside
the interval that the README gives.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.append(str(ROOT / "workflow" / "scripts"))

import readme  # noqa: E402

from bonescan.files import read_table  # noqa: E402


def run(unit: str, folder: Path, cores: str) -> pd.DataFrame:
    """Run the workflow as far as the scores under one split unit; return them."""
    summary = f"results/desk/evaluate/{unit}/summary.tsv"
    command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile", "--directory", folder]
    command += ["--cores", cores, "--configfile", HERE / f"{unit}.yaml", "--", summary]
    subprocess.run(command, check=True, cwd=ROOT)
    return read_table(folder / summary)


def main(arguments: argparse.Namespace) -> int:
    folder = Path(arguments.folder or tempfile.mkdtemp(prefix="bonescan-recompute-")).absolute()
    published = pd.read_csv(ROOT / "workflow" / "resources" / "published.tsv", sep="\t", dtype=str).fillna("")
    rows = readme.print_rows({unit: run(unit, folder, arguments.cores) for unit in readme.UNITS}, published)
    numbers = readme.compare(
        readme.read_rows((ROOT / "README.md").read_text(encoding="utf-8")), readme.read_rows("\n".join(rows))
    )
    sys.stdout.write("\n".join(["", *rows, ""]) + "\n")
    for (unit, metric), of_unit in numbers.groupby(["unit", "metric"], sort=False):
        differences = of_unit["difference"].abs()
        sys.stdout.write(
            f"{metric} by {unit}: differs from the README by {differences.median():.3f} in the median, "
            f"{differences.max():.3f} at most\n"
        )
    for row in numbers[~numbers["holds"]].itertuples():
        sys.stdout.write(
            f"{row.model}, {row.metric} by {row.unit}: expected {row.low} to {row.high}, got {row.value_fresh}\n"
        )
    return int(numbers.empty or not numbers["holds"].all())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", help="where the run is made; a new temporary one by default")
    parser.add_argument("--cores", default="all")
    sys.exit(main(parser.parse_args()))
