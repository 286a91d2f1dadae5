"""Hold a table of printed metrics against itself, and for the paper's the text against its tables."""

import logging
from pathlib import Path

from bonescan.audit.claims import check_claims, read_tables
from bonescan.audit.findings import (
    count_readings,
    explain_rows,
    tabulate_auc,
    tabulate_cells,
    tabulate_matrices,
    tabulate_sizes,
)
from bonescan.audit.printed import read_rows, read_text
from bonescan.audit.search import Size
from bonescan.script import logged
from bonescan.tables.audit import auc_table, cells_table, claims_table, matrices_table, sizes_table
from bonescan.tables.formats import save

PAPER = "Lin et al. (Sci Rep 2021, 11:4223), Tables 6 to 9"


@logged
def main(snakemake):
    path, params, output = Path(snakemake.input.table), snakemake.params, snakemake.output
    published = read_text(path)
    rows, left = read_rows(published, path.name)
    given = {name: Size(*size) if isinstance(size, list) else size for name, size in params.sizes.items()}
    explained = explain_rows(rows, given, params.limit)
    source = PAPER if params.paper else path.name
    save(sizes_table(tabulate_sizes(explained), params.limit, source), output.sizes)
    save(matrices_table(tabulate_matrices(explained), source), output.matrices)
    cells = tabulate_cells(explained)
    save(cells_table(cells, count_readings(explained), left, source), output.cells)
    save(auc_table(tabulate_auc(explained), source), output.auc)
    if params.paper:
        save(claims_table(check_claims(*read_tables(published, explained))), output.claims)
    logging.info("%d rows: %s", len(rows), cells["verdict"].value_counts().to_dict())


if __name__ == "__main__":
    main(snakemake)
