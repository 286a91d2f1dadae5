"""The words that ingest itself writes into reasons, facts and its log, which the leak check passes over.

A patient may be called Anterior; but each word here is a name that the check does not find. So there are only words
that some text needs, and tests hold the two together.
"""

from pydicom.uid import UID_dictionary

from bonescan.ingest.words import WORD

OWN = frozenset(
    """
    16b 16l a accepted added all an and another anterior any are as at be bits bitsallocated bitsstored body bonescan
    broken burned by bytes can cannot class climbs cohort color coloured columns content counts cr crashed ct cut data
    decoded decoder deflated deidentified detector dicom dicomdir differ different digits doc dots down duplicate dx
    dynamic ecg empty end energy equal es exam exams expected factor file files folder for found frame frames from
    full fullest gated give grey half hc header hyphens i ict id image in increment inflated info installed instance
    interrupted inverted is it its jpeg keep l la label left letter letters lines listed lose medicine memory mg mib
    modality mode monochrome1 monochrome2 more most mr multiple name names needs neither nm no none nor normal not
    nuclear number numbers of one or ot other otherwise outside p pages palette path patient patients
    photometricinterpretation picture pictures pixel pixels png pointer posterior private pseudonym pt rct read
    reading recon reg rejected resampled rescaled rf rgb rgba rows rtdose rtimage rtplan rtstruct run s same
    samplesperpixel says sc scans second seconds seg several sheet sides sop spacing spinal spine sr stands static
    storage study subtype such syntax tells than that the them third tiff to token told tomo took transfer transparent
    truncated tsv turned type uid unknown unreadable up upside us value values vector view views warning was were when
    which whole window with withheld without x xa xc ybr yes
    """.split()  # noqa: SIM905
)
"""Of reasons, facts and log, in lower case."""

STANDARD = frozenset(
    word
    for name, kind, *_ in UID_dictionary.values()
    if kind in ("Transfer Syntax", "SOP Class")
    for word in WORD.findall(name.lower())
)
"""Of the names of transfer syntaxes and SOP classes, which facts and reasons quote."""

WORDS = OWN | STANDARD
