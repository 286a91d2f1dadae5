"""Read every scan of the cohort into one array of views; list what cannot be used, with the reason."""

import logging
from pathlib import Path

import pandas as pd

from bonescan.files import write_table
from bonescan.ingest import privacy, views
from bonescan.ingest.archive import cohort_entries
from bonescan.ingest.journal import entry_state, open_journal
from bonescan.ingest.salt import KEY_FILE, read_salt, write_key
from bonescan.ingest.tables import count_reasons, make_tables
from bonescan.ingest.vocabulary import WORDS
from bonescan.script import logged, progress

log = logging.getLogger("ingest")


@logged
def main(snakemake):
    params, output = snakemake.params, snakemake.output
    cohort, phantom = Path(str(snakemake.input.cohort or params.cohort)), params.source == "phantom"
    root, entries, labelled = cohort_entries(params.source, cohort, views.list_directory)
    salt = b"simulated patients need none" if phantom else read_salt(Path())
    given = phantom or params.pseudonyms == "given"
    settings = views.Settings(root, tuple(params.shape), salt, given=given, open_names=phantom)
    if not phantom:
        tokens = [(views.file_token(entry.path, settings), entry.path) for entry in entries]
        write_key(Path(), pd.DataFrame(tokens, columns=["source_file", "path"]))
        log.info("%s says which path a file's token stands for; keep it as private as the scans", KEY_FILE)

    states = [entry_state(entry, root) for entry in entries]
    with open_journal(Path(output.scans).parent, settings.stamp(params.code), settings.shape) as journal:
        outcomes = list(journal.recall(states))
        if done := len(outcomes):
            log.info("%d of %d files were read by a run that was interrupted", done, len(entries))
        accepted = [view.row for outcome in outcomes for view in outcome.views]
        new = views.ingest(entries[done:], settings, snakemake.threads, accepted)
        for state, outcome in zip(states[done:], progress(new, len(entries), done), strict=True):
            journal.add(state, outcome)
            outcomes.append(outcome.without_counts())
        journal.forget()
        tables = make_tables(outcomes, labelled)
        for row in tables["summary"].itertuples(index=False):
            warn = row.item == "burned_in" and row.value == "yes"
            log.log(logging.WARNING if warn else logging.INFO, "%s, %s: %d", *row)
        if not journal.count:
            raise ValueError(f"cohort: expected scans, all were rejected: {count_reasons(tables['rejected'])}")
        known = {digest: name for outcome in outcomes for digest, name in outcome.known.items()}
        written = {Path(file).name: Path(file).read_text(errors="replace") for file in snakemake.log}
        privacy.check(known, salt, tables, written, WORDS)
        journal.finish(output.scans)
    for name, table in tables.items():
        write_table(getattr(output, name), table)


if __name__ == "__main__":
    main(snakemake)
