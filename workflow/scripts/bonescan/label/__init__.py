"""From readers' annotations to labels: their format, their votes, their agreement, and who is in the cohort."""
