"""docs/outputs.md as data: each file it describes, who makes and reads it, its columns."""

import re
from typing import NamedTuple

from workflow_runs import ROOT

PAGE = ROOT / "docs" / "outputs.md"


class Described(NamedTuple):
    """One file of the page."""

    path: str
    """below results/{scale}/, with wildcards and stars"""
    makers: list[str]
    readers: list[str]
    """of those that are named by their rules"""
    columns: list[tuple[str, str]]
    """name and type"""

    def matches(self, path):
        """Tell whether a file of a run, as a path below results/{scale}/, is this one."""
        pattern = re.sub(r"\\\{\w+\\\}", r"[^/]+", re.escape(self.path)).replace(r"\*", r"[^/]+")
        return re.fullmatch(pattern, path) is not None


def read_page():
    """Return what the page describes under headings."""
    found = []
    for section in PAGE.read_text(encoding="utf-8").split("\n### ")[1:]:
        heading, _, text = section.partition("\n")
        text = text.split("\n## ")[0]
        flat = " ".join(text.split())
        made = re.search(r"Made by ((?:`\w+`(?:, | and )?)+)", flat)
        read = re.search(r"read by ((?:`\w+`(?:, | and )?)+)", flat)
        rows = re.findall(r"^\| ([\w*]+) \| (text|int|float|0/1) \|", text, re.MULTILINE)
        names = [re.findall(r"`(\w+)`", match[1]) if match else [] for match in (made, read)]
        found.append(Described(heading.strip("` "), *names, rows))
    return found
