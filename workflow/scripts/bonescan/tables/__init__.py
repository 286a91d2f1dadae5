"""The paper's tables as CSV, Markdown and LaTeX, and ours beside the paper's."""
