"""The words that ingest itself writes into reasons, facts and its log, which the leak check passes over.

A patient may be called Anterior; but each word here is a name that the check does not find. So there are only words
that some text needs, and tests hold the two together.
"""

from pydicom.uid import UID_dictionary

from bonescan.ingest.words import WORD

OWN = frozenset(
    """
    16b 16l 99m a abnormal accepted added against age all an and angle another anterior any are as at
    backslashes be benign between big5 bits bitsallocated bitsstored bladder bodies body bone bonescan broken
    burned by bytes can cannot cells class climbs code cohort color coloured column columns commas comment
    content contradict counts cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp850 cp866 cp932 cp949 cr
    crashed ct cut data date decoded decoder deflated degenerative deidentified derived detector detectors
    diagnosis dicom dicomdir differ different digits doc dots down drive duplicate dx dynamic each ecg empty end
    energy entered equal es euc exam exams exif expected factor false file files folder for format found
    fracture frame frames from full fullest gated gb18030 gender give grey half hc header healthy here hold
    hyphens i ict id ids image in increment index inflated info injection installed instance interrupted
    inverted is it its jp jpeg keep kept kev kidney known l la label le left letter letters lines link listed
    lose macintosh make malignant many may medicine memory metastases metastasis metastatic mg mib modality mode
    monochrome1 monochrome2 more most mr multiple must name names needs neg negative neither nm no nobody none
    nor normal not nothing nuclear number numbers of on one or origin original ot other others otherwise out
    outside p pages palette path patient patients person persons photometricinterpretation photopeak picture
    pictures pixel pixels png pointer pos positive posterior private pseudonym pt rct read reading recon reg
    rejected relative reports resampled rescale rf rgb rgba row rows rtdose rtimage rtplan rtstruct run s same
    samplesperpixel save says sc scanner scans second seconds seg semicolons server serves several sex sheet
    shows side sides site slashes sop spacing speaks spinal spine sr stand stands start static storage stored
    studies study subtype such syntax tabs taken tc tells than that the them there third those tiff to token
    told tomo too took transfer transmission transparent truncated tsv turned two type uid unknown unreadable up
    upside us utf value values vector view views warning was were when which whole window windows with withheld
    without x xa xc ybr yes
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
