from types import SimpleNamespace

import numpy as np
import pandas as pd
import uncropped as script


def test_thoracic_images_are_taken_as_they_are(tmp_path):
    pictures = np.random.default_rng(0).poisson(9, (2, 64, 64)).astype(np.uint16)
    np.save(tmp_path / "scans.npy", pictures)
    views = ["anterior", "posterior"]
    names = pd.DataFrame({"image": ["a", "b"], "patient": "1", "exam": "1", "view": views, "file": "f"})
    names.to_csv(tmp_path / "scans.tsv", sep="\t", index=False)
    script.main(
        SimpleNamespace(
            input=SimpleNamespace(scans=tmp_path / "scans.npy", table=tmp_path / "scans.tsv"),
            output=SimpleNamespace(
                thorax=tmp_path / "thorax.npy", table=tmp_path / "crop.tsv", excluded=tmp_path / "excluded.tsv"
            ),
        )
    )
    assert np.array_equal(np.load(tmp_path / "thorax.npy"), pictures)
    crop = pd.read_table(tmp_path / "crop.tsv")
    assert crop["image"].tolist() == ["a", "b"] and not crop["flag"].any()
    assert crop.loc[0, ["row0", "row1", "col0", "col1"]].tolist() == [0, 64, 0, 64]
    assert pd.read_table(tmp_path / "excluded.tsv").empty
