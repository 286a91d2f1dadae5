"""Test images at other counts: what thinning keeps, what scaling cannot change, and networks of known decisions."""

from types import SimpleNamespace

import count_flips
import count_predictions
import numpy as np
import pandas as pd
import pytest

from bonescan.augment import block_mean, plan, transform
from bonescan.backend import keras
from bonescan.figures.count_scale import draw_flips
from bonescan.files import write_json
from bonescan.normalise import min_max
from bonescan.scoring.count_scale import alter, score_flips, thin, thin_variants
from bonescan.tables.count_scale import flips_table
from bonescan.terms import DIVERGED, TRAINED

SIDE, BLOCK, VIEWS = 32, 4, 24
SETTINGS = {"factors": [0.5, 1, 2], "thinned": [0.5], "draws": 2}


@pytest.fixture
def thorax():
    """Counts of as many views; the later, the more."""
    rng = np.random.default_rng(3)
    return rng.poisson(np.linspace(4, 12, VIEWS)[:, None, None], (VIEWS, SIDE, SIDE)).astype(np.uint16)


@pytest.fixture
def lineage():
    """Two views a patient, all their variants."""
    labels = pd.DataFrame({"image": [f"P{number // 2}_{number % 2}" for number in range(VIEWS)]})
    labels["patient"] = labels["image"].str.split("_").str[0]
    labels["label"] = labels["patient"].str[1:].astype(int) % 2
    labels["subtype"] = labels["label"].map({0: "normal", 1: "multiple"})
    counts = {"normal": 12 * 14, "multiple": 12 * 14}
    return plan(labels, counts, [1, 3], [1, 3], [1, 5], seed=1)


@pytest.fixture
def variants(lineage):
    names = lineage["source"].drop_duplicates().to_list()
    return lineage.assign(thorax_row=lineage["source"].map(names.index))


def make_images(thorax, variants):
    """The images as `augment` makes them."""
    return np.stack(
        [
            block_mean(
                transform(thorax[one.thorax_row].astype(np.float32), one.mirrored, one.operation, one.amount), BLOCK
            ).astype(np.float32)
            for one in variants.itertuples()
        ]
    )


def test_thinned_counts_are_those_of_a_shorter_scan():
    """The share of the mean, and the variance of a Poisson draw."""
    rng = np.random.default_rng(0)
    counts = rng.poisson(20, 200_000)
    kept = thin(counts, 0.7, rng)
    assert kept.dtype.kind == "i" and (kept <= counts).all()
    assert kept.mean() == pytest.approx(14, rel=0.01) and kept.var() == pytest.approx(14, rel=0.02)
    assert np.array_equal(thin(counts, 1, rng), counts)


def test_all_counts_kept_make_the_images_of_augmentation(thorax, variants):
    assert np.array_equal(thin_variants(thorax, variants, BLOCK, 1.0, 1, 7), make_images(thorax, variants))


def test_variants_of_a_view_show_one_shorter_scan(thorax, variants):
    thinned = thin_variants(thorax, variants, BLOCK, 0.5, 1, 7)
    original, mirrored = (
        thinned[((variants["mirrored"] == one) & (variants["operation"] == "identity")).to_numpy()] for one in (0, 1)
    )
    assert np.array_equal(mirrored, original[:, :, ::-1])
    # block sums of thinned counts are whole, and their share of all counts is the one asked for
    sums = original * BLOCK**2
    assert np.array_equal(sums, np.round(sums))
    assert sums.sum() / thorax.sum() == pytest.approx(0.5, abs=0.01)
    some = variants.iloc[30:40]
    assert np.array_equal(thin_variants(thorax, some, BLOCK, 0.5, 1, 7), thinned[30:40]), "it depends on the order"
    assert not np.array_equal(thin_variants(thorax, variants, BLOCK, 0.5, 2, 7), thinned)


def test_changes_and_their_means(thorax, variants):
    images = make_images(thorax, variants)
    found = list(alter(images, thorax, variants, BLOCK, SETTINGS, 7))
    assert [one[:3] for one in found] == [
        *(("unchanged", 1, 0), ("scaled", 0.5, 0), ("scaled", 1, 0), ("scaled", 2, 0)),
        *(("thinned", 0.5, 1), ("scaled_back", 0.5, 1), ("thinned", 0.5, 2), ("scaled_back", 0.5, 2)),
    ]
    means = {"unchanged": 1, "scaled": None, "thinned": 0.5, "scaled_back": 1}
    for one in found:
        assert one.images.dtype == np.float32
        share = means[one.change] or one.factor
        assert one.images.mean() / images.mean() == pytest.approx(share, rel=0.01)
    assert np.array_equal(found[2].images, images)


def test_normalised_images_know_no_scale(thorax, variants):
    """D2, normalised image by image: multiplied counts give the same image."""
    images = make_images(thorax, variants)
    for factor in (0.5, 0.7, 1.4, 2):
        assert min_max(images * np.float32(factor)) == pytest.approx(min_max(images), abs=1e-6)


def predictions(**networks):
    """Rows of one test part; each network is a function of an image's counts, 0 to 99, or a status."""
    rows = []
    for model, network in networks.items():
        status = TRAINED if callable(network) else network
        for number in range(100):
            image = {"image": f"i{number}", "patient": f"P{number // 2}", "label": int(number >= 50)}
            for change, factor, draw in [
                ("unchanged", 1, 0),
                ("scaled", 0.5, 0),
                ("scaled", 1, 0),
                ("thinned", 0.5, 1),
                ("thinned", 0.5, 2),
            ]:
                value = network(number * (factor if draw < 2 else 1)) if callable(network) else np.nan
                told = {"model": model, "status": status, "change": change, "factor": factor, "draw": draw}
                rows.append({**told, **image, "probability": value})
    return pd.DataFrame(rows)


def test_a_threshold_of_counts_flips_as_it_must():
    """Metastasis from 40 counts on: halved, images of 40 to 79 flip, and none the other way."""
    part = predictions(V7=lambda counts: 0.2 + 0.6 * (counts >= 40), V16=DIVERGED, V21=lambda counts: np.nan)
    flips = score_flips(part, np.random.default_rng(0))
    ours = flips[flips["model"] == "V7"].set_index(["change", "factor"])
    half, same, drawn = ours.loc[("scaled", 0.5)], ours.loc[("scaled", 1)], ours.loc[("thinned", 0.5)]
    assert (half["n"], half["patients"], half["metastatic"], half["draws"]) == (100, 50, 50, 1)
    assert half["flips"] == half["to_normal"] == 0.4 and half["to_metastasis"] == 0
    assert 0.2 < half["flips_low"] < 0.4 < half["flips_high"] < 0.6
    # sensitivity .4 for 1 and specificity 1 for .8, one threshold: the AUC is the mean of both
    assert half["auc_before"] == pytest.approx(0.9) and half["auc"] == pytest.approx(0.7)
    assert half["auc_change"] == pytest.approx(-0.2) and half["auc_change_high"] < 0
    assert same["flips"] == same["auc_change"] == 0 and same["flips_high"] > 0
    # the second draw changed nothing
    assert drawn["flips"] == pytest.approx(0.2) and drawn["draws"] == 2
    failed = flips[flips["model"] == "V16"]
    assert len(failed) == 1 and failed["flips"].isna().all() and failed["status"].item() == DIVERGED
    assert flips.loc[flips["model"] == "V21", "flips"].isna().all(), "no numbers from probabilities that are none"


def test_a_part_without_a_network_that_trained_is_still_drawn():
    flips = score_flips(predictions(V7=DIVERGED, V16="did not train"), np.random.default_rng(0))
    flips = flips.assign(unit="image", dataset="D3")
    told = 1, {"cohort": "phantom", "scale": "desk"}
    assert flips_table(flips, *told).sections[0].frame["Test images"].tolist() == [DIVERGED, "did not train"]
    texts = [text.get_text() for axes in draw_flips(flips, *told).axes for text in axes.texts]
    assert texts.count("no network trained") == 3 and "diverged: V7\ndid not train: V16" in texts


def build_threshold(counts):
    """A network that calls an image metastatic where its mean count is above `counts`."""
    image = keras.Input((SIDE // BLOCK, SIDE // BLOCK, 1))
    mean = keras.layers.GlobalAveragePooling2D()(image)
    scores = keras.layers.Dense(2, name="scores")(mean)
    model = keras.Model(image, keras.layers.Softmax(name="softmax")(scores))
    model.get_layer("scores").set_weights([np.array([[0.0, 1.0]]), np.array([counts, 0.0])])
    return model


@pytest.fixture
def job(tmp_path, thorax, lineage, variants):
    """What Snakemake hands the scripts: a threshold of counts, and a network that diverged, on D3 and D2."""
    images = make_images(thorax, variants)
    np.save(tmp_path / "images.npy", images)
    np.save(tmp_path / "thorax.npy", thorax)
    split = lineage[["row", "image", "source", "patient", "label"]].assign(part="train")
    split.loc[split["image"] == split["source"], "part"] = "test"
    cohort = variants.drop_duplicates("source")[["source", "thorax_row"]].rename(columns={"source": "image"})
    for name, table in (("split", split), ("lineage", lineage), ("cohort", cohort)):
        table.to_csv(tmp_path / f"{name}.tsv", sep="\t", index=False)
    models, fits = [], []
    for dataset, model, status in (("D3", "V7", TRAINED), ("D3", "V16", DIVERGED), ("D2", "V7", TRAINED)):
        models.append(tmp_path / f"{dataset}-{model}.keras")
        fits.append(tmp_path / f"{dataset}-{model}.json")
        network = build_threshold(8.0 if dataset == "D3" else 0.5)
        if status == DIVERGED:
            network.set_weights([np.full_like(weight, np.nan) for weight in network.get_weights()])
        network.save(models[-1])
        write_json(fits[-1], {"dataset": dataset, "model": model, "status": status})
    tables = {name: str(tmp_path / f"{name}.tsv") for name in ("lineage", "cohort")}
    arrays = {name: str(tmp_path / f"{name}.npy") for name in ("images", "thorax")}
    return SimpleNamespace(
        input=SimpleNamespace(models=models, fits=fits, splits=[tmp_path / "split.tsv"] * 2, **tables, **arrays),
        output=SimpleNamespace(predictions=tmp_path / "predictions.tsv"),
        params=SimpleNamespace(
            settings=SETTINGS,
            datasets=["D3", "D2"],
            block=BLOCK,
            compute={"precision": "float32", "deterministic": False},
            seed=1,
        ),
        wildcards=SimpleNamespace(unit="patient"),
        threads=1,
        log=[],
    )


def test_the_scripts(job, tmp_path, thorax, monkeypatch):
    monkeypatch.setattr(count_predictions, "PIXELS_AT_ONCE", 5 * (SIDE // BLOCK) ** 2)
    count_predictions.main(job)
    table = pd.read_table(tmp_path / "predictions.tsv")
    assert len(table) == VIEWS * (8 + 1 + 8)
    means = thorax.mean(axis=(1, 2))
    wanted = {0.5: (means > 8) & (means <= 16), 1: means < 0, 2: (means > 4) & (means <= 8)}
    told = SimpleNamespace(
        input=SimpleNamespace(predictions=[tmp_path / "predictions.tsv"]),
        output=SimpleNamespace(
            table=[tmp_path / f"flips.{end}" for end in ("csv", "md", "tex")],
            figure=[tmp_path / f"flips.{end}" for end in ("pdf", "png")],
        ),
        params=SimpleNamespace(provenance={"cohort": "phantom", "scale": "desk"}, seed=1, runs=2),
        log=[],
    )
    count_flips.main(told)
    flips = pd.read_csv(tmp_path / "flips.csv").set_index(["dataset", "model"])
    counts = flips.loc[("D3", "V7")].set_index(["change", "factor"])
    for factor, flipped in wanted.items():
        assert counts.loc[("scaled", factor), "flips"] == flipped.mean()
    # a sum over all pixels hardly notices noise
    assert counts.loc[("thinned", 0.5), "flips"] == pytest.approx(wanted[0.5].mean(), abs=0.05)
    assert counts.loc[("scaled_back", 0.5), "flips"] < 0.1
    normalised = flips.loc[("D2", "V7")]
    assert (normalised.loc[normalised["change"] == "scaled", "flips"] == 0).all()
    text = (tmp_path / "flips.md").read_text(encoding="utf-8")
    assert "| SPECS V16 | diverged |" in text and "Phantom cohort, desk scale." in text
    assert "First of 2 trainings" in text and "### D3, split by patient" in text
    assert "24 images (12 metastatic) of 12 patients" in text and "not clinical performance" in text
