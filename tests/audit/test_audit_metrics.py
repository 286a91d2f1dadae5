"""The script and the target `audit`: the paper's tables and one's own."""

import re
from types import SimpleNamespace

import audit_metrics
import pandas as pd
import pytest
import yaml
from workflow_runs import ROOT, jobs

PUBLISHED = ROOT / "workflow" / "resources" / "published.tsv"
NAMES = ["sizes", "matrices", "cells", "auc", "claims"]


def run(folder, table, sizes=None, limit=150):
    """Call the script; returns the text of its files by name, and logs to `log`."""
    paper = table == PUBLISHED
    output = {name: [folder / f"{name}.{suffix}" for suffix in ("csv", "md", "tex")] for name in NAMES}
    audit_metrics.main(
        SimpleNamespace(
            input=SimpleNamespace(table=str(table)),
            output=SimpleNamespace(**output),
            params=SimpleNamespace(paper=paper, sizes=sizes or {}, limit=limit),
            log=[str(folder / "log")],
        )
    )
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.suffix != ".log"}


def test_the_papers_tables_in_three_formats(tmp_path):
    files = run(tmp_path, PUBLISHED, {"D1": 111, "D2": [353, 364], "D3": [353, 364]})
    assert "96 of 105 cells follow" in files["cells.md"] and "96 of 105" in files["matrices.md"]
    assert files["cells.md"].count("slip of the last digit") == 6 and files["cells.md"].count("cannot be") == 3
    assert "| D3 | V24 | 326 | 27 | 5 | 359 | 3 of 5 |" in files["matrices.md"]
    assert "| D1 | 111 | 47 | 64 | yes | 33 of 35 | 5 of 7 |" in files["sizes.md"]
    assert files["auc.md"].count("†") == 2, "one AUC and the note"
    for name in NAMES:
        assert "hantom" not in files[f"{name}.md"], "no scan had a part in it"
        assert r"\bottomrule" in files[f"{name}.tex"]


def test_the_page_names_every_file_and_column(tmp_path):
    files = run(tmp_path, PUBLISHED, {"D1": 111, "D2": [353, 364], "D3": [353, 364]})
    text = (ROOT / "docs" / "outputs.md").read_text(encoding="utf-8")
    page = dict(re.findall(r"^\| `audit/\{table\}/(\w+)\.\*` \| (.*) \|$", text, re.MULTILINE))
    assert sorted(page) == sorted(NAMES)
    for name, columns in page.items():
        header = files[f"{name}.csv"].split("\n")[0].split(",")
        assert re.findall(r"`(\w+)`", columns) == header, name


def test_ones_own_table(tmp_path):
    (tmp_path / "mine.csv").write_text(
        "method;acc;ppv;sensitivity;specificity;epochs\n\na;88.29%;85.42%;87.23%;89.06%;3\nb;81.98%;84.62%;70.21%;90.63%;4",
        encoding="utf-8",
    )
    out = tmp_path / "out"
    out.mkdir()
    files = run(out, tmp_path / "mine.csv")
    assert "| all | a | 41 | 6 | 7 | 57 | 4 of 4 |" in files["matrices.md"] and "mine.csv" in files["matrices.md"]
    assert "Not audited: epochs." in files["cells.md"] and "8 of 8 cells follow" in files["cells.md"]
    assert "claims.md" not in files


def test_an_open_size_is_laid_out_with_its_candidates(tmp_path):
    (tmp_path / "coarse.tsv").write_text("model\trecall\tspecificity\na\t0.8\t0.9\n", encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    files = run(out, tmp_path / "coarse.tsv")
    candidates = pd.read_csv(out / "sizes.csv")
    assert len(candidates) > 50 and files["sizes.md"].count("| no |") == 20
    assert f"{len(candidates) - 20} more sizes" in files["sizes.md"]
    assert "| all | a | open | open | open | open |" in files["matrices.md"]
    assert files["cells.md"].count("undecided") == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"mine.csv: expected a table with a header"),
        (b"model,acc\na,0.\xff9\n", r"mine.csv: expected a table with a header, in UTF-8"),
        (b"model,acc\na,0.9\nb,0.9,0.8,0.7\n", r"mine.csv: expected a table with a header.* line 3"),
        (b"model,acc\na,0.9\nb\n\nc,x\n", r"mine.csv, line 5, column acc: expected a number"),
    ],
)
def test_a_file_that_is_no_table_is_named(tmp_path, content, message):
    (tmp_path / "mine.csv").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        run(tmp_path, tmp_path / "mine.csv")


def test_the_target_plans_its_own_job_alone(snakemake, tmp_path):
    plan = snakemake("audit", "--dry-run", "--quiet", "rules")
    assert jobs(plan.stdout + plan.stderr) == {"audit": 1, "audit_metrics": 1, "total": 2}
    (tmp_path / "mine.csv").write_text("model,recall,specificity\na,0.8723,0.8906\n", encoding="utf-8")
    own = {"audit": {"table": "mine.csv", "sizes": {"all": [47, 64]}}}
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")
    done = snakemake("audit", "--configfile", tmp_path / "own.yaml", directory=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    written = {path.relative_to(tmp_path / "results").as_posix() for path in (tmp_path / "results").rglob("*.csv")}
    assert written == {f"audit/mine/{name}.csv" for name in NAMES[:-1]}
