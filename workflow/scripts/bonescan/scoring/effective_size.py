"""How many independent images a test part is worth: design effect and effective sample size."""

import numpy as np
import pandas as pd

from bonescan.scoring.metrics import predict_class
from bonescan.scoring.paired import auc_covariance
from bonescan.scoring.predictions import networks, sizes
from bonescan.scoring.resampled import divide, named_ends, resample_weights, with_ends
from bonescan.terms import TRAINED


def intra_patient_correlation(images: np.ndarray, totals: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the intra-patient correlation of a 0/1 value, by analysis of variance.

    Parameters
    ----------
    images, totals : ndarray, shape (patients,)
        Of each patient, how many images and how many ones.
    weights : ndarray, shape (draws, patients)
        How often a resample holds each patient.

    Returns
    -------
    ndarray, shape (draws,)
        NaN where no patient has two images, or all images have the same value.
    """
    patients, number, ones = weights.sum(axis=1), weights @ images, weights @ totals
    within = ones - weights @ (totals**2 / images)
    between = weights @ (totals**2 / images) - ones**2 / number
    mean_size = divide(number - weights @ images**2 / number, patients - 1)
    mean_between, mean_within = divide(between, patients - 1), divide(within, number - patients)
    return divide(mean_between - mean_within, mean_between + (mean_size - 1) * mean_within)


def design_effect(correlation: np.ndarray, images: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return Kish's design effect, 1 + (m - 1) rho (Survey Sampling, 1965), never below 1.

    `m` is the mean number of images of an image's patient. Parameters as in `intra_patient_correlation`.
    """
    size = (weights @ images**2) / (weights @ images)
    return np.where(size == 1, 1, 1 + (size - 1) * np.maximum(correlation, 0))


def score_effective_size(part: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return what the images of a test part are worth for each of its networks.

    Parameters
    ----------
    part : DataFrame
        Rows of `bonescan.scoring.predictions.join_status` of one test part.
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        One row per network: `model`, `status`, `n`, `patients`, `metastatic` (images); with interval the
        `correlation` of right and wrong decisions within a patient and the `effective` number of images; and
        `auc_design`, the variance of the AUC by patient over that by image (Obuchowski over DeLong).
    """
    rows = []
    for named, images in networks(part):
        row = {**named, **sizes(images)}
        if named["status"] == TRAINED:
            label, probability = images["label"].to_numpy(), images["probability"].to_numpy()[:, None]
            right = pd.Series((predict_class(probability[:, 0]) == label).astype(float))
            grouped = right.groupby(images["patient"].to_numpy())
            count, total = grouped.size().to_numpy(float), grouped.sum().to_numpy()
            weights = resample_weights(np.arange(len(count)), rng)
            correlation = intra_patient_correlation(count, total, weights)
            by_patient, by_image = (
                auc_covariance(label, probability, names)[1].item()
                for names in (images["patient"].to_numpy(), np.arange(len(label)))
            )
            row |= named_ends("correlation", correlation)
            row |= named_ends("effective", len(label) / design_effect(correlation, count, weights))
            row["auc_design"] = float(divide(by_patient, by_image))
        rows.append(row)
    names = with_ends(["correlation", "effective"])
    columns = ["model", "status", "n", "patients", "metastatic", *names, "auc_design"]
    return pd.DataFrame(rows).reindex(columns=columns)


def summarise_effective_sizes(sizes: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return median, least and greatest over the networks of each test part.

    Parameters
    ----------
    sizes : DataFrame
        Rows of `score_effective_size` with the columns `keys` that identify their test part.
    """
    rows = []
    for values, found in sizes.groupby(keys, sort=False):
        row = dict(zip(keys, values, strict=True)) | found.iloc[0][["n", "patients"]].to_dict()
        for name in ("correlation", "effective", "auc_design"):
            row |= {f"{name}_{of}": getattr(found[name], of)() for of in ("median", "min", "max")}
        rows.append({**row, "networks": int((found["status"] == TRAINED).sum())})
    return pd.DataFrame(rows)
