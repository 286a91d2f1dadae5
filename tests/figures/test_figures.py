"""Figures: what they are drawn from, worked out by hand; the drawings themselves are run by test_paper_scripts."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import result_rows
from matplotlib.text import Text

from bonescan.crop import crop_thorax
from bonescan.figures import annotation, architecture, curves, findings, misclassified, style, surfaces
from bonescan.figures.choice import choose, find_row
from bonescan.figures.crop_stages import draw_profile, draw_stages, move_apart, stages

PHANTOM = {"cohort": "phantom", "scale": "desk"}


@pytest.fixture
def views():
    return pd.DataFrame(
        {
            "image": ["a", "b", "c", "d"],
            "view": ["anterior", "posterior", "posterior", "posterior"],
            "subtype": ["spinal", "normal", "multiple", "normal"],
        }
    )


def test_choose_takes_the_first_that_fulfils_most(views):
    assert choose(views, None, view="posterior", subtype="multiple") == "c"
    assert choose(views, None, view="posterior", subtype="spinal") == "b", "no posterior spinal: the first posterior"
    assert choose(views, None) == "a"
    assert choose(views, "d", view="anterior") == "d"


def test_choose_names_what_is_wrong(views):
    with pytest.raises(ValueError, match="expected one of 4 images, such as 'a', got 'x'"):
        choose(views, "x")
    with pytest.raises(ValueError, match="got none"):
        choose(views.head(0), None)


def test_find_row_wants_exactly_one_row(views):
    assert find_row(views, "c")["image"] == "c"
    with pytest.raises(ValueError, match="'x': expected one row of the table, got 0"):
        find_row(views, "x")


def test_the_list_of_figure_5_has_metastases_first_then_the_most_marked():
    rows = [("fracture", "rib", "r1"), ("fracture", "rib", "r2"), ("bladder", "", "r1"), ("metastasis", None, "r2")]
    table = annotation.count_marks(pd.DataFrame(rows, columns=["finding", "bone", "reader"]), ["r1", "r2", "r3"])
    assert list(table.index) == [("metastasis", ""), ("fracture", "rib"), ("bladder", "")]
    assert table.to_numpy().tolist() == [[0, 1, 0], [1, 1, 0], [1, 0, 0]]


def test_figure_5_holds_every_kind_of_shape():
    points = {
        "circle": "300,128;300,134",
        "point": "1023,255",
        "rectangle": "1,2;5,6",
        "polygon": "0,0;0,9;9,9",
        "mask": "5,6;5,8",
    }
    rows = [("a", "r1", "metastasis", np.nan, shape, text) for shape, text in points.items()]
    table = pd.DataFrame(rows, columns=["image", "reader", "finding", "bone", "shape", "points"])
    label = pd.Series({"image": "a", "patient": "p", "r1": 1, "r2": np.nan, "label": 1, "subtype": "multiple"})
    counts = np.random.default_rng(0).poisson(1, (1024, 256)).astype(np.uint16)
    mask = np.zeros((1024, 256), bool)
    figure = annotation.draw_annotation(counts, table, mask, label, 2, PHANTOM, "word " * 400)
    texts = [text.get_text() for text in figure.axes[2].texts]
    assert "metastasis" in texts and "?" in texts and "+" in texts and "diagnostic report" in texts
    assert min(text.get_position()[1] for text in figure.axes[2].texts) > 0, "the report ends with the panel"


def test_thorax_mask_lies_where_the_crop_put_the_counts():
    mask = np.zeros((6, 4), dtype=bool)
    mask[3, 2] = mask[0, 0] = True
    box = SimpleNamespace(row0=2, row1=5, col0=1, col1=4, paste_row=0, paste_col=1)
    thorax = findings.thorax_mask(mask, box, 5)
    assert np.argwhere(thorax).tolist() == [[1, 2]]


def test_reduce_to_peaks_keeps_the_hottest_pixel():
    counts = np.zeros((5, 4), dtype=np.uint16)
    counts[4, 3], counts[0, 1] = 7, 3
    assert surfaces.reduce_to_peaks(counts, (2, 2)).tolist() == [[3, 0], [0, 0], [0, 7]]


def test_stages_keep_less_and_less():
    view = np.ones((8, 4), dtype=np.uint16)
    clean = np.where(np.arange(8)[:, None] == 7, 0, view)
    crop = SimpleNamespace(
        denoised=SimpleNamespace(view=clean),
        landmarks={"crown": 1, "toes": 7, "shoulder": 2, "trunk_end": 6},
        box=(2, 4, 1, 3),
    )
    left = stages(view, crop)
    assert [int(stage.counts.sum()) for stage in left] == [32, 28, 24, 16, 4]
    assert [stage.box for stage in left] == [None, (1, 7, 0, 4), (2, 6, 0, 4), (2, 4, 1, 3), None]


@pytest.mark.parametrize(("rows", "edge"), [(-150, 0), (400, 1024)])
def test_stages_of_a_body_that_is_cut_off_end_at_the_picture_s_edge(rows, edge):
    view = np.roll(np.pad(np.full((700, 100), 9, np.uint16), ((100, 224), (80, 76))), rows, axis=0)
    view[: rows % 1024 if rows > 0 else 0] = 0
    crop = crop_thorax(view, np.random.default_rng(1))
    box = stages(view, crop)[1].box
    assert edge in box[:2] and 0 <= box[0] < box[1] <= 1024
    assert draw_profile(crop, "P1_1_posterior", PHANTOM).axes and draw_stages(view, crop, "P1_1", PHANTOM).axes


def test_apart_moves_names_down_as_little_as_needed():
    assert move_apart([10, 0, 11, 30], 5) == [10, 0, 15, 30]
    assert move_apart([0, 1, 2], 5) == [0, 5, 10]
    assert move_apart([], 5) == []


@pytest.mark.parametrize("height", [300, 700, 1000])
def test_figure3_shows_every_row_at_one_height_in_all_panels(height):
    view = np.zeros((1024, 256), dtype=np.uint16)
    view[12 : 12 + height, 80:170] = 9
    crop = crop_thorax(view, np.random.default_rng(1))
    figure = draw_profile(crop, "P1_1_posterior", PHANTOM)
    figure.draw_without_rendering()
    body, profile, *_ = figure.axes
    assert body.get_position().intervaly == pytest.approx(profile.get_position().intervaly)
    assert body.get_ylim() == profile.get_ylim()
    box, rows, columns = body.get_window_extent(), np.ptp(body.get_ylim()), np.ptp(body.get_xlim())
    assert box.width / columns == pytest.approx(box.height / rows, rel=0.01), "square pixels"


def layer(name, kind, *inbound, shape=(4, 4, 2)):
    return {"name": name, "class": kind, "inbound": list(inbound), "output_shape": list(shape)}


def test_merges_find_both_kinds_of_residual_module():
    network = {
        "layers": [
            layer("in", "InputLayer"),
            layer("a1", "Conv2D", "in"),
            layer("a2", "ReLU", "a1"),
            layer("add1", "Add", "a2", "in"),
            layer("out1", "ReLU", "add1"),
            layer("b1", "Conv2D", "out1"),
            layer("b2", "ReLU", "b1"),
            layer("s", "Conv2D", "out1"),
            layer("add2", "Add", "b2", "s"),
        ]
    }
    same, projected = architecture.find_merges(network, "Add")
    assert [layer["name"] for layer in same.main] == ["a1", "a2"] and not same.bypass
    assert same.start["name"] == "in" and projected.start["name"] == "out1"
    assert [layer["name"] for layer in projected.bypass] == ["s"]
    assert architecture.find_merges(network, "Concatenate") == []


def test_dense_block_ends_at_the_pooling():
    network = {
        "layers": [
            layer("in", "InputLayer"),
            layer("h1", "Conv2D", "in"),
            layer("c1", "Concatenate", "in", "h1"),
            layer("h2", "Conv2D", "c1"),
            layer("c2", "Concatenate", "c1", "h2"),
            layer("pool", "AveragePooling2D", "c2"),
            layer("h3", "Conv2D", "pool"),
            layer("c3", "Concatenate", "pool", "h3"),
        ]
    }
    block = architecture.dense_block(network)
    assert [merge.layer["name"] for merge in block] == ["c1", "c2"]
    assert [merge.main[0]["name"] for merge in block] == ["h1", "h2"]


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ({"class": "Conv2D", "kernel": 3, "strides": 2, "filters": 16}, "3 × 3 conv / 2, 16"),
        ({"class": "Conv2D", "kernel": 1, "strides": 1, "filters": 8}, "1 × 1 conv, 8"),
        ({"class": "ReLU"}, "ReLU"),
    ],
)
def test_layer_label(values, label):
    assert architecture.layer_label(values) == label


def test_colours_are_distinct_for_the_papers_seven():
    assert len(set(curves.choose_colours("ABCDEFG").values())) == 7


@pytest.mark.parametrize(("epochs", "dots"), [(2, [[[2, 0.9]]]), (4, [])])
def test_figure_8_marks_the_end_of_a_training_that_ended_early(epochs, dots):
    """A training that diverged has ended, too, but not because nothing was left to learn."""
    runs = [("A", "trained", epochs, 4), ("B", "trained", 4, 4), ("C", "diverged", 1, 4)]
    metrics = pd.DataFrame(runs, columns=["model", "status", "epochs", "epochs_allowed"])
    metrics = metrics.assign(unit="image", draw="repeat1", dataset="D1", seed=1)
    histories = {
        ("image", "D1", model): pd.DataFrame({"epoch": range(1, epochs + 1), "accuracy": np.linspace(0.5, 0.9, epochs)})
        for model, _, epochs, _ in runs
    }
    figure = curves.draw_training(histories, metrics, PHANTOM)
    panel = figure.axes[0]
    assert [line.get_xydata().tolist() for line in panel.lines if line.get_linestyle() == "None"] == dots
    assert any("Dots:" in text.get_text() for text in figure.findobj(Text)) == bool(dots)


def test_figure_9_gives_the_area_of_table_9_with_its_interval():
    runs = [result_rows.run(model="V7", auc=0.75), result_rows.run(model="V16", status="diverged", auc=np.nan)]
    summary = result_rows.summary(*runs)
    found = {("image", "D1", "V7"): (np.array([0, 0.5, 1]), np.array([0, 1, 1])), ("image", "D1", "V16"): None}
    figure = curves.draw_roc(found, pd.DataFrame(runs), summary, PHANTOM)
    said = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    low, high = summary.loc[0, ["auc_low", "auc_high"]]
    assert said == [f"V7 0.75 ({low:.2f}–{high:.2f})", "V16: diverged"]
    assert figure.axes[0].lines[0].get_xydata().tolist() == [[0, 0], [0.5, 1], [1, 1]]


@pytest.mark.parametrize(
    ("mirrored", "operation", "amount", "words"),
    [
        (0, "identity", 0, "as acquired"),
        (1, "identity", 0, "mirrored"),
        (0, "up", 3, "shifted up 3 px"),
        (1, "rotate_left", 2, "mirrored, rotated left 2°"),
    ],
)
def test_describe_variant(mirrored, operation, amount, words):
    variant = SimpleNamespace(mirrored=mirrored, operation=operation, amount=amount)
    assert misclassified.describe_variant(variant) == words


def test_ceiling():
    assert style.ceiling(np.zeros((2, 2))) == 1
    assert style.ceiling(np.arange(1001)) == pytest.approx(995.005)


def test_a_figure_says_whose_scans_and_at_which_scale():
    figure = style.new_figure(40, PHANTOM, "A note.")
    assert [text.get_text() for text in figure.texts] == ["Phantom cohort, desk scale. A note."]
    assert figure.get_size_inches() * 25.4 == pytest.approx([180, 40])


def test_the_line_of_origin_fits_the_width():
    figure = style.new_figure(40, PHANTOM, "Many more words about what the marks mean. " * 6)
    box = figure.texts[0].get_window_extent()
    assert figure.texts[0].get_text().count("\n") == 1
    assert box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y0 >= 0


@pytest.fixture
def residual():
    """A residual network of one module, enough to draw."""
    convolution = {"kernel": 3, "strides": 1, "filters": 2}
    layers = [
        layer("in", "InputLayer"),
        layer("a", "Conv2D", "in") | convolution,
        layer("add", "Add", "a", "in"),
        layer("out", "ReLU", "add"),
    ]
    return {"R": {"network": {"family": "resnet"}, "layers": layers}}


def test_saved_twice_a_figure_is_the_same_bytes_with_truetype_fonts(residual, tmp_path):
    for name in ("one", "two"):
        figure = architecture.draw_residual(residual, PHANTOM)
        style.save(figure, [tmp_path / f"{name}.pdf", tmp_path / f"{name}.png"])
    for suffix in ("pdf", "png"):
        assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"two.{suffix}").read_bytes()
    pdf = (tmp_path / "one.pdf").read_bytes()
    assert b"/FontFile2" in pdf and b"/Type3" not in pdf
    assert b"CreationDate" not in pdf


def test_without_such_a_network_the_figure_says_so(residual):
    texts = [text.get_text() for axes in architecture.draw_dense(residual, PHANTOM).axes for text in axes.texts]
    assert texts == ["no densely connected network is configured"]
    texts = [text.get_text() for axes in architecture.draw_residual({}, PHANTOM).axes for text in axes.texts]
    assert texts == ["no residual network is configured"]
