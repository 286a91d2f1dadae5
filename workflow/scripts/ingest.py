"""Read every scan of the cohort into one array of views; list what cannot be used, with the reason."""

import logging
from pathlib import Path

import pandas as pd

from bonescan.files import write_table
from bonescan.ingest import privacy, views
from bonescan.ingest.archive import cohort_entries
from bonescan.ingest.journal import entry_state, opened
from bonescan.ingest.salt import KEY_FILE, read_salt, write_key
from bonescan.ingest.views import Settings
from bonescan.script import logged, progress

log = logging.getLogger("ingest")


@logged
def main(snakemake):
    params, output = snakemake.params, snakemake.output
    cohort, phantom = Path(snakemake.input.cohort), params.source == "phantom"
    root, entries, labelled = cohort_entries(params.source, cohort, views.list_directory)
    salt = b"simulated patients need none" if phantom else read_salt(Path())
    settings = Settings(root, tuple(params.shape), salt, phantom or params.pseudonyms == "given", open_names=phantom)
    if not phantom:
        tokens = [(views.file_token(entry["path"], settings), entry["path"]) for entry in entries]
        write_key(Path(), pd.DataFrame(tokens, columns=["source_file", "path"]))
        log.info("%s says which path a file's token stands for; keep it as private as the scans", KEY_FILE)

    states = [entry_state(entry, root) for entry in entries]
    stamp = privacy.pseudonym(salt, "Stamp", repr((params.code, settings[1], settings[3:])))
    with opened(Path(output.scans).parent, stamp, settings.shape) as journal:
        outcomes = list(journal.done(states))
        if done := len(outcomes):
            log.info("%d of %d files were read by a run that was interrupted", done, len(entries))
        new = views.ingest(entries[done:], settings, snakemake.threads, views.rows_of(outcomes))
        for state, outcome in zip(states[done:], progress(new, len(entries), done), strict=True):
            journal.add(state, outcome)
            outcomes.append(views.without_counts(outcome))
        journal.forget()
        tables = views.tables(outcomes, labelled)
        for row in tables["summary"].itertuples(index=False):
            warn = row.item == "burned_in" and row.value == "yes"
            log.log(logging.WARNING if warn else logging.INFO, "%s, %s: %d", *row)
        if not journal.count:
            raise ValueError(f"cohort: expected scans, all were rejected: {views.reasons(tables['rejected'])}")
        written = {Path(file).name: Path(file).read_text(errors="replace") for file in snakemake.log}
        privacy.check(views.identities(outcomes), salt, tables, written, views.own_words())
        journal.finish(output.scans)
    for name, table in tables.items():
        write_table(getattr(output, name), table)


if __name__ == "__main__":
    main(snakemake)
