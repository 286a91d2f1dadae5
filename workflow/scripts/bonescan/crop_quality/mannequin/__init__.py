"""A second body to judge the crop on, built from voxels and with no geometry in common with the phantom.

Bones are tapered capsules and hollow ellipsoids set up from segment lengths, the soft tissue is their flesh; `solids`
fills voxels with them, `person` draws build and posture, `bones` and `flesh` set them up, `camera` projects and blurs.
Nothing of the crop is fitted on it: `bonescan.crop_quality.stress` is there for that.

Distances are mm, x to the patient's left, y from the front to the table, z from the crown to the toes.
"""
