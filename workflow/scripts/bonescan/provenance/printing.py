"""A chain as text for people and as JSON for machines."""

from bonescan.provenance.cells import Cell
from bonescan.provenance.links import VERDICTS, Link, find_culprits, is_whole


def print_chain(file: str, cell: Cell, links: list[Link]) -> str:
    """Return a chain as text: one line a link, the reason below it, the verdict on the whole last."""
    facts = " ".join(f"{name}={value}" for name, value in cell.facts.items())
    lines = [f"{file}: row {cell.row + 1} ({facts}), {cell.column} = {cell.value or 'empty'}", ""]
    width = max((len(link.step) for link in links), default=0)
    for link in links:
        place = f"{link.file} {link.sha256[:12]}".strip()
        lines.append(f"{link.verdict:<11}  {link.step:<{width}}  {place}".rstrip())
        lines.append(f"{'':<13}{'':<{width}}  {link.what}")
        if link.reason:
            lines.append(f"{'':<13}{'':<{width}}  ! {link.reason}")
    return "\n".join([*lines, "", print_verdict(links), ""])


def print_verdict(links: list[Link]) -> str:
    """Return the sentence on the whole chain."""
    numbers = {verdict: sum(link.verdict == verdict for link in links) for verdict in VERDICTS}
    told = ", ".join(f"{number} {verdict}" for verdict, number in numbers.items() if number)
    if is_whole(links):
        return f"The chain holds: {told}."
    places = "; ".join(
        f"{link.step}{f', {link.file}' if link.file else ''} ({link.reason or link.verdict})"
        for link in find_culprits(links)
    )
    return f"The chain breaks ({told}) at: {places}."


def plain_chain(file: str, cell: Cell, links: list[Link]) -> dict:
    """Return a chain as plain data."""
    return {
        "table": file,
        "row": cell.row + 1,
        "column": cell.column,
        "value": cell.value,
        **{"facts": cell.facts, "holds": is_whole(links)},
        "breaks_at": [link.plain() for link in find_culprits(links)],
        "links": [link.plain() for link in links],
    }
