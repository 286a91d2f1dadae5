"""Bone metastases: how many, where, how large and how hot."""

import numpy as np

from bonescan.phantom.assembly import Skeleton
from bonescan.phantom.focus import Focus, concentration_of, in_bone, log_normal, log_uniform, whole_bone

# share of metastases by site, as reported for large series of bone scans
SITES = {
    "thoracic spine": 0.25,
    "lumbar spine": 0.20,
    "ribs": 0.22,
    "pelvis": 0.15,
    "sternum": 0.05,
    "shoulder girdle": 0.04,
    "femur": 0.04,
    "skull": 0.03,
    "humerus": 0.02,
}
THORACIC_SITES = ("thoracic spine", "ribs", "sternum", "shoulder girdle")
SIZE_MM = (8.0, 40.0)
# uptake over that of a healthy vertebra, median: SUVmax 36.6 +- 24.8 over 7.1 (Ann Nucl Med 2020, 34:39); that standard
# deviation is shared between patients, whose tumours differ, and the metastases of one patient
UPTAKE, LEAST_UPTAKE, MOST_UPTAKE = 4.3, 1.3, 10.0
OF_PATIENTS, OF_METASTASES = 0.5, 0.35
# metastases of a patient with several, median and spread of the logarithm: most have fewer than 6 (Soloway et al.,
# Cancer 1988, 61:195)
NUMBER = (2.5, 0.8)
# metastases in ribs follow the bone, some of them farther: so much longer than others are wide
RIB_LENGTH = (1.0, 2.0)
# patients with metastases all over, and those among them whose axial skeleton takes up more altogether (a super-scan)
WIDESPREAD, DIFFUSE = 0.05, 0.35
# cold (photopenic) metastases: purely lytic ones, seen where the bone is large
COLD, COLD_SIZE_MM, COLD_CONTRAST = 0.02, (24.0, 45.0), (0.05, 0.4)
COLD_SITES = ("thoracic spine", "lumbar spine", "pelvis", "skull", "femur")
SUPERSCAN = "diffuse"
"""Site of the foci of a super-scan, whose bones are hot altogether and have no spots."""

AXIAL = ("spine", "ribs", "sternum", "shoulder girdle", "pelvis")


def draw(subtype: str, skeleton: Skeleton, emphasis: float, rng: np.random.Generator) -> list[Focus]:
    """Draw a patient's metastases.

    Parameters
    ----------
    subtype : {"multiple", "spinal", "outside_spine"}
    skeleton : bonescan.phantom.assembly.Skeleton
    emphasis : float
        0 for a first draw; each unit raises the least size and the least uptake by a tenth of what they can be raised
        by. Raised where earlier draws could not be seen in a view.
    rng : numpy.random.Generator

    Returns
    -------
    list of bonescan.phantom.focus.Focus
    """
    sites = np.array(list(SITES.values()))
    if subtype == "spinal":
        # thoracic first: the label belongs to the thoracic crop
        names = ["thoracic spine"] + [
            "thoracic spine" if rng.random() < 0.6 else "lumbar spine" for _ in range(rng.poisson(0.9))
        ]
    elif subtype == "outside_spine":
        names = [rng.choice(["ribs", "ribs", "ribs", "sternum", "shoulder girdle"])]
    else:
        # every primary tumour has its own preferences
        preference = rng.gamma(3.0, sites * len(sites))
        preference /= preference.sum()
        widespread = rng.random() < WIDESPREAD
        if widespread and rng.random() < DIFFUSE:
            return _draw_diffuse(skeleton, rng)
        count = int(rng.integers(30, 70)) if widespread else int(np.clip(np.round(log_normal(*NUMBER, 2, rng)), 2, 25))
        names = list(rng.choice(list(SITES), count, p=preference))
        names[0] = str(rng.choice(THORACIC_SITES[1:], p=(0.72, 0.16, 0.12)))
    uptake = UPTAKE * rng.lognormal(0, OF_PATIENTS)
    return [_draw_lesion(str(name), skeleton, uptake, emphasis, rng) for name in names]


def _draw_diffuse(skeleton: Skeleton, rng: np.random.Generator) -> list[Focus]:
    """A spread through the axial skeleton and the upper ends of the limbs: each bone hotter by its own factor."""
    level = rng.uniform(2.0, 4.0)
    foci = []
    for bone, region in zip(skeleton.names, skeleton.regions, strict=True):
        contrast = 1 + (level - 1) * rng.lognormal(0, 0.35)
        if region in AXIAL:
            foci.append(whole_bone(skeleton, bone, contrast, "metastasis", SUPERSCAN))
        elif region in ("humerus", "femur"):
            points = skeleton.points[skeleton.bone(bone)]
            top = points[points[:, 2].argmin()]
            foci.append(in_bone(skeleton, bone, top, rng.uniform(140, 320), contrast, "metastasis", SUPERSCAN, rng))
    return foci


def _draw_lesion(site: str, skeleton: Skeleton, uptake: float, emphasis: float, rng: np.random.Generator) -> Focus:
    """One metastasis at a site of `SITES`, about as hot as `uptake`."""
    bones = bones_of(site, skeleton)
    weight = np.array([skeleton.activity[skeleton.bone(bone)].sum() for bone in bones]) ** 0.5
    bone = str(rng.choice(bones, p=weight / weight.sum()))
    member = skeleton.bone(bone)
    activity = skeleton.activity[member]
    # a metastasis of a limb sits near the trunk, where the red marrow is
    if site in ("femur", "humerus"):
        heights = skeleton.points[member][:, 2]
        activity = activity * (heights < heights.min() + 0.45 * np.ptp(heights))
    centre = skeleton.points[member][rng.choice(len(member), p=activity / activity.sum())]
    if site in COLD_SITES and rng.random() < COLD:
        size, contrast = log_uniform(*COLD_SIZE_MM, rng), rng.uniform(*COLD_CONTRAST)
        return in_bone(skeleton, bone, centre, size, contrast, "metastasis", site, rng)
    raise_by = min(0.1 * emphasis, 0.9)
    size = log_uniform(SIZE_MM[0] * (SIZE_MM[1] / SIZE_MM[0]) ** raise_by, SIZE_MM[1], rng)
    if site == "ribs":
        size *= log_uniform(*RIB_LENGTH, rng)
    least = LEAST_UPTAKE + (UPTAKE - LEAST_UPTAKE) * raise_by
    contrast = concentration_of(min(log_normal(uptake, OF_METASTASES, least, rng), MOST_UPTAKE))
    return in_bone(skeleton, bone, centre, size, contrast, "metastasis", site, rng)


def bones_of(site: str, skeleton: Skeleton) -> list[str]:
    """Names of the bones that belong to a site of `SITES`."""
    if site in ("thoracic spine", "lumbar spine"):
        prefix = site.split()[0] + " vertebra"
        return [name for name in skeleton.names if name.startswith(prefix)]
    chosen = [name for name, region in zip(skeleton.names, skeleton.regions, strict=True) if region == site]
    if site == "skull":
        chosen = ["skull"]
    if not chosen:
        raise ValueError(f"no bone for the site {site!r}; expected one of {', '.join(SITES)}")
    return chosen
