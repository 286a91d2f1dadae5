"""What is said where no scan of a cohort could be used."""

import re

import pandas as pd

COMMONEST = 3  # reasons that are named


def explain_rejections(rejected: pd.DataFrame) -> str:
    """Return how many files were rejected and the commonest reasons in full: what was expected and what was found.

    Ingest itself ends well, because Snakemake deletes what a failed job has written, `rejected.tsv` among it; the
    scripts that need scans stop with this message.

    Parameters
    ----------
    rejected : DataFrame
        `rejected.tsv`: column reason.
    """
    counts = rejected["reason"].map(lambda reason: re.sub(r"^frame \d+: ", "", reason)).value_counts()
    named = [f"{number} x {reason}" for reason, number in counts.head(COMMONEST).items()]
    rest = f"; and {len(counts) - COMMONEST} other reasons" if len(counts) > COMMONEST else ""
    return (
        f"cohort: expected scans, all {len(rejected)} were rejected: {'; '.join(named) or 'there was nothing'}{rest} "
        "(each stands with its reason in ingest/rejected.tsv)"
    )
