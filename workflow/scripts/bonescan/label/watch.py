"""What readers write is searched for the identities of the cohort's files, of which ingest leaves keyed digests."""

from collections.abc import Iterable
from pathlib import Path

from bonescan.ingest.privacy import elsewhere, index_of_digests, search
from bonescan.ingest.salt import read_identities

# What readers write of every patient: a patient may be called Best, and none is called vertebra
ANATOMY = frozenset(
    """
    metastasis metastases fracture degenerative bladder kidney injection site focus lesion spot none normal read
    skull mandible sternum manubrium clavicle scapula shoulder humerus elbow ulna radius wrist rib ribs
    spine spinal cervical thoracic lumbar vertebra vertebrae sacrum sacroiliac coccyx
    pelvis ilium iliac ischium pubis acetabulum hip femur knee patella tibia fibula ankle joint
    left right upper lower middle anterior posterior lateral medial proximal distal shaft neck head part whole of the
    """.split()  # noqa: SIM905
)
"""In lower case."""


class Watch:
    """Finds identities in what readers wrote.

    Parameters
    ----------
    source : str
        Of the cohort: simulated patients have no names.
    folder : Path
        Where ingest left the digests.

    Raises
    ------
    ValueError
        As `read_identities`: without the digests nothing could be found, and nothing is written.
    """

    def __init__(self, source: str, folder: Path):
        self.index = None if source == "phantom" else index_of_digests(*read_identities(folder))

    def holds(self, text: str) -> bool:
        """Tell whether an identity of the cohort stands in a text."""
        return self.index is not None and bool(elsewhere(text, search(text, self.index, ANATOMY)))

    def name_readers(self, folders: Iterable[str]) -> dict[str, str]:
        """Return how each reader is called: by the folder, or by a number where that is a name in a header."""
        folders = list(folders)
        numbered = (name for number in range(1, 10**6) if (name := f"reader{number}") not in folders)
        return {folder: next(numbered) if self.holds(folder) else folder for folder in folders}
