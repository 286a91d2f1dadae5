"""Of images with the same name or the same pixels one is kept: what the camera counted, before what was made of it."""

from bonescan.ingest.outcomes import Outcome, View
from bonescan.ingest.refusal import Refusal

ORIGINS = ("original", "unknown", "derived")


def refuse_twins(outcomes: list[Outcome]) -> list[Outcome]:
    """Return the outcomes with a refusal in the place of each view that is there already.

    The first of equals is kept, in the order of the entries: an original, else one that does not say, else a derived
    one. What a sheet says of another copy alone, label and report, goes to the kept one.

    Parameters
    ----------
    outcomes : list of Outcome
        Of the whole cohort.
    """
    places = [
        (ORIGINS.index(one.row["origin"]), number, place)
        for number, outcome in enumerate(outcomes)
        for place, one in enumerate(outcome.found)
        if isinstance(one, View)
    ]
    found = [list(outcome.found) for outcome in outcomes]
    names: dict[str, tuple[int, int]] = {}
    pixels: dict[str, tuple[int, int]] = {}
    for _, number, place in sorted(places):
        view = found[number][place]
        at = pixels.get(view.row["sha256"], names.get(view.row["image"]))
        if at is None:
            names[view.row["image"]] = pixels[view.row["sha256"]] = number, place
            continue
        kept = found[at[0]][at[1]]
        found[number][place] = _why_twin(view, kept)
        if kept.row["patient"] == view.row["patient"]:
            found[at[0]][at[1]] = _adopt(kept, view)
    return [outcome._replace(found=of) for outcome, of in zip(outcomes, found, strict=True)]


def _why_twin(view: View, kept: View) -> Refusal:
    """Return why a view is left out beside the one that is kept."""
    row, other = view.row, kept.row
    labelled = row["label"] and other["label"] and row["label"] != other["label"]
    more = "; their labels in the sheet contradict each other" if labelled else ""
    if row["sha256"] == other["sha256"]:
        whose = "the same patient" if other["patient"] == row["patient"] else "another patient"
        return Refusal(f"a duplicate: the pixels of {other['image']}, of {whose}{more}")
    if row["origin"] == "derived" and other["origin"] != "derived":
        return Refusal(f"derived from an image that is there: {row['image']}, as in {other['source_file']}{more}")
    return Refusal(f"a second image of the same exam and view: {row['image']}, as in {other['source_file']}{more}")


def _adopt(kept: View, view: View) -> View:
    """Return the kept copy with what a sheet says of another one and not of it."""
    if view.row["label"] and not kept.row["label"]:
        row = kept.row["row"] or view.row["row"]
        kept = kept._replace(row=kept.row | {"row": row, "label": view.row["label"], "subtype": view.row["subtype"]})
    return kept._replace(report=kept.report or view.report)
