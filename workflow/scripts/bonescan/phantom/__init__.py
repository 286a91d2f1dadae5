"""A simulated whole-body bone scan, from anatomy to the DICOM file.

Reference frame of all anatomy modules: millimetres in a body of 1704 mm from crown to toes lying on its back;
x to the patient's left from the midline, y from front to back (the table is at +100), z from the crown to the toes.
`habitus` turns it into one patient's body and image pixels.
"""
