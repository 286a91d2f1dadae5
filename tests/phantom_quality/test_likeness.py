import numpy as np
import pandas as pd
import pytest
from drawn_body import draw_without_noise

from bonescan.figures.gallery import choose_patients
from bonescan.phantom_quality import likeness
from bonescan.phantom_quality.likeness import (
    FREQUENCIES,
    Curve,
    compare,
    curves,
    match,
    place_in_words,
    power_spectrum,
    stoutness,
)


def test_the_power_of_poisson_noise_is_one():
    noise = np.random.default_rng(0).poisson(6, (256, 256))
    power = power_spectrum(noise, (128, 128), 2.4)
    assert power[4:].mean() == pytest.approx(1, abs=0.05)


def test_a_wave_is_found_at_its_frequency():
    period = 40.0  # mm: ribs and the spaces between them
    rows = np.arange(256)[:, None] * 2.0
    wave = 100 + 50 * np.sin(2 * np.pi * rows / period) + np.zeros((1, 256))
    assert FREQUENCIES[power_spectrum(wave, (128, 128), 2.0).argmax()] == pytest.approx(1 / period, abs=0.003)


def test_curves_of_a_view():
    found = {curve.name: curve for curve in curves(draw_without_noise(), 2.4)}
    assert found["row profile"].values.mean() == pytest.approx(1)
    columns = found["column profile of the chest"]
    assert columns.places[columns.values.argmax()] == pytest.approx(0, abs=0.012)
    histogram = found["count histogram"]
    assert histogram.values[0] == 1 and np.all(np.diff(histogram.values) <= 0)
    filled = draw_without_noise()[draw_without_noise() > 0]
    assert histogram.values[histogram.places == 16] == pytest.approx((filled >= 16).mean())


def flat(name, values):
    return Curve(name, "", "", np.linspace(0, 1, len(values)), np.array(values, dtype=float))


def test_compare_by_hand():
    real = [flat("row profile", [1, 2, 1, 1, 1])]
    phantoms = [[flat("row profile", [1, level, 1, 1, 0.5])] for level in (0.9, 1.0, 1.1)]
    table, bands = compare(real, phantoms)
    row = table.iloc[0]
    assert row["factor"] == pytest.approx((2 * 2) ** (1 / 5))
    assert row["outside"] == pytest.approx(2 / 5)
    assert row["worst_place"] == "chest, at 0.25 of the body height" or row["worst_place"].startswith("feet")
    assert bands[0].shape == (3, 5)
    assert bands[0][1].tolist() == [1, 1, 1, 1, 0.5]
    with pytest.raises(ValueError, match="got none"):
        compare(real, [])


def test_places_in_words():
    assert place_in_words(flat("row profile", [1]), 0.69) == "knees, at 0.69 of the body height"
    assert place_in_words(flat("column profile of the chest", [1]), -0.07).startswith("chest wall (picture's left)")
    assert place_in_words(flat("count histogram", [1]), 30) == "pixels with 30 or more counts"
    assert (
        place_in_words(flat("power spectrum of the chest", [1]), 0.025) == "structures of 40 mm (0.025 cycles per mm)"
    )


def test_match_takes_the_nearest_build(monkeypatch):
    monkeypatch.setattr(likeness, "MATCHED", 2)
    slim = draw_without_noise()
    slim[:, :75] = slim[:, 182:] = 0
    wide = draw_without_noise()
    wide[215:460, 50:207] = np.maximum(wide[215:460, 50:207], 4)
    builds = {
        name: stoutness(view) for name, view in {"slim": slim, "same": draw_without_noise(), "wide": wide}.items()
    }
    assert builds["slim"] < builds["same"] < builds["wide"]
    assert match(stoutness(draw_without_noise()), builds)[0] == "same"
    assert match(builds["wide"], builds) == ["wide", "same"]


def test_the_gallery_shows_half_normal_and_every_subtype():
    subtypes = ["normal"] * 20 + ["multiple"] * 20 + ["spinal"] * 3 + ["outside_spine"]
    views = pd.DataFrame(
        [
            (f"P{number:02d}", view, subtype)
            for number, subtype in enumerate(subtypes)
            for view in (["anterior", "posterior"] if number % 2 == 0 else ["anterior"])
        ],
        columns=["patient", "view", "subtype"],
    )
    chosen = choose_patients(views)
    assert chosen == sorted(chosen) and len(chosen) == 12
    of = views.drop_duplicates("patient").set_index("patient")["subtype"].loc[chosen]
    assert of.value_counts().to_dict() == {"normal": 6, "multiple": 3, "spinal": 2, "outside_spine": 1}
    both = views["patient"].value_counts() == 2
    assert both[[name for name in chosen if of[name] != "outside_spine"]].all()
    few = views[views["subtype"] != "normal"].groupby("subtype").head(1)
    assert choose_patients(few) == few["patient"].tolist()
