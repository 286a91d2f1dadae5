"""Read every scan of the cohort into one array of views; list what cannot be used, with the reason."""

import logging
from pathlib import Path

from bonescan.files import write_table
from bonescan.ingest import guard, views
from bonescan.ingest.accepted import explain_rejections
from bonescan.ingest.archive import cohort_entries
from bonescan.ingest.journal import entry_state, open_journal
from bonescan.ingest.outcomes import kept_views
from bonescan.ingest.patients import separate
from bonescan.ingest.privacy import index_of_digests
from bonescan.ingest.salt import read_salt, write_identities, write_key
from bonescan.ingest.tables import log_summary, make_tables
from bonescan.ingest.twins import refuse_twins
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
    settings = views.Settings(root, tuple(params.shape), salt, given, phantom, params.whole_body)
    if not phantom:
        write_key(Path(), [(views.file_token(entry.path, settings), entry.path) for entry in entries])
    states = [entry_state(entry, root, salt) for entry in entries]
    with open_journal(Path(output.scans).parent, settings.stamp(params.code), settings.shape, salt) as journal:
        outcomes = list(journal.recall(states))
        if done := len(outcomes):
            log.info("%d of %d files were read by a run that was interrupted", done, len(entries))
        new = views.ingest(entries[done:], settings, snakemake.threads)
        for state, outcome in zip(states[done:], progress(new, len(entries), done), strict=True):
            journal.add(state, outcome)
            outcomes.append(outcome.without_counts())
        journal.forget()
        known = guard.known_of(outcomes)
        index = index_of_digests(known, salt)
        separated, identifiers = separate(outcomes)
        guarded = guard.guard_outcomes(refuse_twins(separated), index, WORDS, given and not phantom)
        tables = make_tables(guarded, labelled, identifiers)
        log_summary(tables["summary"])
        journal.finish(output.scans, kept_views(outcomes, guarded))
    if not phantom:
        write_identities(Path(), known, salt)
    guard.guard_logs(snakemake.log, index, WORDS)
    for name, table in tables.items():
        write_table(getattr(output, name), table)
    if tables["table"].empty:
        log.error(explain_rejections(tables["rejected"]))  # of reasons that the check has seen


if __name__ == "__main__":
    main(snakemake)
