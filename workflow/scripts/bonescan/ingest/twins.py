"""Of images with the same name or the same pixels one is kept: what the camera counted, before what was made of it."""

from bonescan.ingest.outcomes import Outcome, View
from bonescan.ingest.refusal import Refusal


def refuse_twins(outcomes: list[Outcome]) -> list[Outcome]:
    """Return the outcomes with a refusal in the place of each view that is there already.

    The first of equals is kept, in the order of the entries, and a derived image only where no original is there.

    Parameters
    ----------
    outcomes : list of Outcome
        Of the whole cohort.
    """
    places = [
        (one.row["origin"] == "derived", number, place)
        for number, outcome in enumerate(outcomes)
        for place, one in enumerate(outcome.found)
        if isinstance(one, View)
    ]
    found = [list(outcome.found) for outcome in outcomes]
    names, pixels = {}, {}
    for _, number, place in sorted(places):
        row = found[number][place].row
        if refusal := _why_twin(row, names.get(row["image"]), pixels.get(row["sha256"])):
            found[number][place] = refusal
        else:
            names[row["image"]] = pixels[row["sha256"]] = row
    return [outcome._replace(found=of) for outcome, of in zip(outcomes, found, strict=True)]


def _why_twin(row: dict, namesake: dict | None, equal: dict | None) -> Refusal | None:
    """Return why a view is left out; None if no view before it has its name or its pixels."""
    if equal:
        whose = "the same patient" if equal["patient"] == row["patient"] else "another patient"
        return Refusal(f"a duplicate: the pixels of {equal['image']}, of {whose}")
    if namesake and row["origin"] == "derived" and namesake["origin"] != "derived":
        return Refusal(f"derived from an image that is there: {row['image']}, as in {namesake['source_file']}")
    if namesake:
        return Refusal(f"a second image of the same exam and view: {row['image']}, as in {namesake['source_file']}")
    return None
