"""Predictions of a test part, drawn: views of patients, networks of some skill."""

import numpy as np
import pandas as pd

from bonescan.terms import TRAINED


def draw_part(models, patients=40, views=2, skill=1.0, failed=None, alike=False, seed=0, classes=(0, 1)):
    """Return rows as of `bonescan.scoring.predictions.join_status`: probabilities right for their skill, and statuses.

    The views of a patient share half of their variance and their label.
    """
    rng = np.random.default_rng(seed)
    number = np.repeat(np.arange(patients), views)
    label = np.resize(classes, patients)[number]
    parts = []
    for model in models:
        if not parts or not alike:
            noise = (rng.normal(size=patients)[number] + rng.normal(size=len(number))) / np.sqrt(2)
            # for normal noise of equal variance the log odds are skill * (value - skill / 2)
            probability = 1 / (1 + np.exp(-skill * (noise + skill * (label - 0.5))))
        status = (failed or {}).get(model, TRAINED)
        names = [f"P{one}_1_{view}" for one, view in zip(number, np.tile(range(views), patients), strict=True)]
        parts.append(
            pd.DataFrame(
                {
                    "unit": "patient",
                    "draw": "repeat1",
                    "dataset": "D1",
                    "model": model,
                    "seed": 1,
                    "image": names,
                    "source": names,
                    "patient": [f"P{one}" for one in number],
                    "label": label,
                    "probability": probability if status == TRAINED else np.nan,
                    "status": status,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
