"""Tables: counts, layouts and formats, against cells worked out by hand."""

import io
import math

import pandas as pd
import pytest
from result_rows import run, summary

from bonescan.label.cohort import count_subtypes
from bonescan.scoring.comparison import compare
from bonescan.tables import cohort, comparison, formats, intervals, networks, results
from bonescan.terms import PAPER_METRICS, SUBTYPES
from bonescan.wording import caveats, origin, sort_units

PHANTOM = {"cohort": "phantom", "scale": "desk"}
OWN = {"cohort": "sheet", "scale": "paper"}


def test_origin_and_caveat():
    assert origin(PHANTOM) == "Phantom cohort, desk scale"
    assert len(caveats(PHANTOM)) == 1 and not caveats(OWN)
    assert sort_units(["patient", "image", "patient"]) == ["image", "patient"]


def test_table1_prints_the_papers_ratios():
    classes = ["normal"] * 220 + ["multiple"] * 111 + ["spinal"] * 14 + ["outside_spine"]
    table = cohort.table1(count_subtypes(pd.Series(classes)), PHANTOM)
    frame = table.sections[0].frame
    assert frame.to_numpy().tolist() == [
        ["Samples", "220", "111", "14", "1"],
        ["Ratio", "63.6%", "32.1%", "4.0%", "0.3%"],
    ]
    assert table.caption.endswith("(n = 346).")


@pytest.mark.parametrize(
    ("classes", "header", "samples"),
    [
        (["normal"] * 3 + ["unspecified"], ["Normal", "Metastasis (class not given)"], ["3", "1"]),
        (
            ["normal", "spinal", "unspecified"],
            [
                *("Normal", "Multiple bone metastasis", "Spinal metastasis", "Metastasis outside spinal"),
                "Metastasis (class not given)",
            ],
            ["1", "0", "1", "0", "1"],
        ),
    ],
)
def test_tables_1_and_2_show_metastases_of_no_known_class(classes, header, samples):
    for lay_out in (cohort.table1, cohort.table2):
        frame = lay_out(count_subtypes(pd.Series(classes)), OWN).sections[0].frame
        assert list(frame.columns[1:]) == header
        assert frame.iloc[0, 1:].tolist() == samples


def test_the_comparison_of_a_binary_cohort_counts_no_class_that_nobody_gave():
    cells = [("Table 1", "D1", "", subtype, "samples", "2", "") for subtype in SUBTYPES]
    columns = ["table", "dataset", "model", "subtype", "metric", "value", "implied"]
    published = pd.DataFrame(cells, columns=columns)
    found = compare(published, {"Table 1": pd.Series(["normal", "unspecified"])}, summary(run()))
    assert found["status_image"].tolist() == ["counted", *["class not given"] * 3]
    assert found["ours_image"].isna().tolist() == [False, True, True, True]
    table = comparison.comparison_table(found, summary(run()), OWN)
    assert table.sections[0].frame.iloc[1].tolist() == ["Samples", "ours", "1 (−1)", *["class not given"] * 3]


def layer(name, kind, inbound=(), **values):
    empty = dict.fromkeys(("kernel", "strides", "filters", "units", "activation", "l2"))
    return (
        {"name": name, "class": kind, "inbound": list(inbound), "output_shape": [4, 4, 2], "parameters": 0}
        | empty
        | values
    )


def conv(name, kernel, filters, inbound=(), **values):
    return layer(name, "Conv2D", inbound, kernel=kernel, filters=filters, strides=1, activation="relu", **values)


def network(family, layers, weight_layers):
    return {
        "network": {"family": family},
        "input_shape": [8, 8, 1],
        "weight_layers": weight_layers,
        "parameters": 1234,
        "layers": layers,
    }


HEAD = [layer("fc1", "Dense", units=6), layer("fc2", "Dense", units=2), layer("softmax", "Softmax")]


@pytest.fixture
def vgg():
    """Two small networks: one convolution then none, two convolutions then one."""
    pool = layer("pool", "MaxPooling2D", kernel=2)
    return {
        "A": network("vgg", [conv("a", 3, 4, l2=1e-4), pool, pool, *HEAD], 3),
        "B": network("vgg", [conv("a", 3, 4), conv("b", 3, 4), pool, conv("c", 3, 8), pool, *HEAD], 5),
    }


def test_table3_lines_up_the_blocks(vgg):
    table = networks.table3(vgg, PHANTOM)
    assert table.values.to_numpy().tolist() == [
        ["3 weight layers", "5 weight layers"],
        ["Input (8 × 8 thoracic image)"] * 2,
        ["Conv3-4", "Conv3-4"],
        ["", "Conv3-4"],
        ["Maxpool", "Maxpool"],
        ["", "Conv3-8"],
        ["Maxpool", "Maxpool"],
        ["FC-6", "FC-6"],
        ["FC-2", "FC-2"],
        ["Soft-max", "Soft-max"],
    ]
    printed = table.sections[0].frame.to_numpy().tolist()
    assert printed[2] == ["Conv3-4", "Conv3-4"]
    assert printed[4] == ["Maxpool", formats.SPAN]
    assert table.notes[0] == "SPECS A: ReLU, L2 0.0001, 1,234 parameters."


def test_table3_without_vgg_says_so():
    assert networks.table3({}, PHANTOM).notes == ["No VGG network is configured."]


def test_table4_finds_the_dense_blocks():
    layers = [
        layer("in", "InputLayer"),
        conv("stem", 7, 4, ["in"]),
        layer("pool", "MaxPooling2D", ["stem"], kernel=3),
    ]
    before = "pool"
    for number in (1, 2):
        layers += [conv(f"x{number}", 1, 8, [before]), conv(f"y{number}", 3, 2, [f"x{number}"])]
        layers.append(layer(f"c{number}", "Concatenate", [before, f"y{number}"]))
        before = f"c{number}"
    layers += [conv("t", 1, 4, ["c2"]), layer("tp", "AveragePooling2D", ["t"], kernel=2)]
    layers += [conv("x3", 1, 8, ["tp"]), conv("y3", 3, 2, ["x3"]), layer("c3", "Concatenate", ["tp", "y3"])]
    layers += [layer("gap", "GlobalAveragePooling2D", ["c3"]), *HEAD[1:]]
    assert networks.densenet_rows(network("densenet", layers, 9)) == [
        "9 weight layers",
        "Input (8 × 8 thoracic image)",
        "7 × 7 conv.",
        "3 × 3 max pooling",
        "Dense block (1): [1 × 1 conv., 3 × 3 conv.] × 2",
        "1 × 1 conv.",
        "2 × 2 average pooling",
        "Dense block (2): [1 × 1 conv., 3 × 3 conv.] × 1",
        "4 × 4 global average pooling",
        "FC-2",
        "Soft-max",
    ]


@pytest.mark.parametrize(
    ("epochs", "printed"),
    [({"D1": 500, "D2": 500, "D3": 500}, "500"), ({"D1": 60, "D3": 12}, "60 (D1), 12 (D3)")],
)
def test_table5_prints_the_settings(epochs, printed):
    rates = {"D1": 0.001, "D2": 0.001, "D3": 0.001}
    settings = {"learning_rate": rates, "batch_size": 32, "initial_weights": "glorot_normal", "width": 1, "block": 1}
    settings |= {"end_below_loss": None, "own_rate": {}}
    values = networks.table5({**settings, "epochs": epochs}, PHANTOM).values.set_index("Parameter")["Value"]
    assert values["Learning rate"] == "0.001"
    assert values["Batch size"] == "32"
    assert values["Epoch"] == printed
    assert values["Initial weights"] == "Glorot normal"
    settings |= {"end_below_loss": 0.02, "learning_rate": rates | {"D2": 0.03}, "own_rate": {"R34": 0.01}}
    values = networks.table5({**settings, "epochs": epochs}, PHANTOM).values
    assert "0.001 (D1), 0.03 (D2), 0.001 (D3), 0.01 (SPECS R34)" in values["Value"].tolist()
    bound = ", or fewer: until the training loss is below 0.02"
    assert printed + bound in values["Value"].tolist()


def test_a_network_without_a_result_has_no_numbers():
    row = summary(run(seed=1, status="did not train"), run(seed=2, status="diverged")).iloc[0]
    assert row["status"] == "did not train; diverged"
    assert row[["accuracy", "precision", "recall", "specificity", "f1", "auc"]].isna().all()


def test_result_table_puts_the_papers_unit_first_and_status_for_numbers():
    table = results.result_table(
        "D1",
        summary(
            run("patient", accuracy=0.98765, precision=math.nan),
            run("image", model="V24", status="did not train"),
            run("image", dataset="D2"),
        ),
        PHANTOM,
    )
    assert table.name == "Table 6"
    # recall, specificity and F1 of the rows, with the intervals of the images behind them
    found = ["0.50 (0.56–0.93)", "0.50 (0.55–0.94)", "0.50 (0.57–0.88)"]
    assert table.sections[0].frame.to_numpy().tolist() == [
        ["image (the paper's)", "SPECS V24", "did not train", *[formats.SPAN] * 5],
        ["patient", "SPECS V7", "0.99 (0.60–0.88)", "undefined", *found, "0.875"],
    ]
    assert table.sections[0].frame.columns[-1] == "Training Acc"
    assert "on all training images; epochs trained: D1 20 of 24." in " ".join(table.notes)
    assert "not clinical performance" in " ".join(table.remarks())
    assert table.values["status"].tolist() == ["did not train", "trained"]
    assert table.values["accuracy"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("value", "low", "high", "printed"),
    [
        (0.8312, 0.79, 0.87, "0.83 (0.79–0.87)"),
        (0.8312, 0.3, 0.95, "0.8 (0.3–0.9)"),
        (0.98049, 0.97, 0.99, "0.980 (0.970–0.990)"),
        (0.5, 0.49999, 0.50001, "0.5000 (0.5000–0.5000)"),
        (1.0, 1.0, 1.0, "1.00 (1.00–1.00)"),
        (math.nan, math.nan, math.nan, "undefined"),
        (0.75, math.nan, math.nan, "0.8 (no interval)"),
    ],
)
def test_no_digit_is_printed_that_the_interval_does_not_support(value, low, high, printed):
    assert intervals.print_interval(value, low, high) == printed


def test_result_table_of_a_dataset_that_was_not_run():
    assert results.result_table("D3", summary(run()), PHANTOM).notes == ["D3 is not part of this run."]


def test_result_table_says_how_many_runs_trained():
    table = results.result_table("D1", summary(run(seed=1), run(seed=2, status="diverged")), OWN)
    assert "Of each network: 1 draw of the parts, 2 seeds." in table.notes
    assert "Trainings that count, where not all do: SPECS V7 1 of 2 (D1, image)." in table.notes


def test_folds_are_no_replicates():
    folds = summary(*(run(draw=f"fold{number}") for number in (1, 2, 3)))
    notes = " ".join(results.result_table("D1", folds, OWN).notes)
    assert "Of each network: 3 folds, 1 seed." in notes and "in each of 3 folds" in notes
    assert "what another draw or seed changes is not in them" in notes
    repeats = summary(*(run(draw=f"repeat{number}") for number in (1, 2, 3)))
    notes = " ".join(results.result_table("D1", repeats, OWN).notes)
    assert "what differs between draws is in them" in notes and "3 draws of the parts" in notes


def test_tables_say_why_a_network_has_no_result_and_what_is_odd_of_one():
    odd, flat = "calls every training image normal", "the loss is 0.6931"
    told = summary(
        run(reason=odd),
        run(model="V24", seed=1, status="did not train", reason=flat),
        run(model="V24", seed=2, status="diverged", reason="not finite"),
        run(model="R34", reason=math.nan),
    )
    assert told["reason"].tolist() == [odd, f"{flat}; not finite", ""]
    told = told.replace({"reason": {"": math.nan}})  # as a file has it
    for table in (results.result_table("D1", told, OWN), results.table9(told, OWN)):
        assert f"SPECS V7 (D1, image) trained: {odd}." in table.notes
        assert f"SPECS V24 (D1, image) did not train; diverged: {flat}; not finite." in table.notes
        assert "R34" not in " ".join(table.notes)
        assert table.values["reason"].fillna("").tolist() == told["reason"].fillna("").tolist()


def test_table9_has_a_row_a_dataset_and_unit():
    table = results.table9(
        summary(run("patient", auc=math.nan), run("image", auc=0.91234), run("image", model="R34", status="diverged")),
        PHANTOM,
    )
    assert list(table.sections[0].frame.columns) == ["Dataset", "Split unit", "", "SPECS V7", "SPECS R34"]
    assert table.sections[0].frame.to_numpy().tolist() == [
        ["D1", "image (the paper's)", "AUC", "0.91 (0.60–0.88)", "diverged"],
        ["D1", "image (the paper's)", "Training Acc", "0.875", "diverged"],
        ["D1", "patient", "AUC", "undefined", "not run"],
        ["D1", "patient", "Training Acc", "0.875", "not run"],
    ]


@pytest.fixture
def small():
    frame = pd.DataFrame(
        {"Group": ["a", "a", "b"], "Value_%": ["x|y", "−1 ± 2", "Maxpool"], "More": ["1", "2", formats.SPAN]}
    )
    values = pd.DataFrame({"value": [1 / 3, math.nan]})
    return formats.Table(
        "Table 6", "50 % & more.", values, [formats.Section(frame, group="Group")], PHANTOM, ["A note."]
    )


def test_markdown(small):
    assert formats.as_markdown(small) == (
        "**Table 6.** 50 % & more.\n\n"
        "| Group | Value_% | More |\n| --- | --- | --- |\n"
        "| a | x\\|y | 1 |\n| a | −1 ± 2 | 2 |\n| b | Maxpool | Maxpool |\n\n"
        "Phantom cohort, desk scale. A note.\n"
    )


def test_latex(small):
    lines = formats.as_latex(small).splitlines()
    assert r"\caption{50 \% \& more.}" in lines
    assert r"\label{tab:table6}" in lines
    assert r"Group & Value\_\% & More \\" in lines
    assert r" & $-$1 $\pm$ 2 & 2 \\" in lines, "a repeated group is printed once"
    assert lines[lines.index(r"b & \multicolumn{2}{c}{Maxpool} \\") - 1] == r"\addlinespace"
    assert lines.count(r"\begin{tabular}{lcc}") == lines.count(r"\end{tabular}") == 1


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("\\ {} # $", r"\textbackslash{} \{\} \# \$"),
        ("~ ^ < >", r"\textasciitilde{} \textasciicircum{} \textless{} \textgreater{}"),
        ("× − ± – †", r"$\times$ $-$ $\pm$ -- $\dagger$"),
    ],
)
def test_latex_escapes_everything(text, latex):
    assert formats.escape_latex(text) == latex


def test_latex_sets_a_number_above_its_interval():
    frame = pd.DataFrame({"Classifier": ["SPECS V7"], "Acc": ["0.83 (0.79–0.87)"], "Said": ["did not train (yet)"]})
    table = formats.Table("Table 6", "A caption.", frame, [formats.Section(frame)], PHANTOM)
    assert r"SPECS V7 & \shortstack{0.83\\(0.79--0.87)} & did not train (yet) \\" in formats.as_latex(table)


def test_csv_keeps_full_precision_and_says_whose_scans(small):
    frame = pd.read_csv(io.StringIO(formats.as_csv(small)))
    assert frame["value"][0] == 1 / 3 and math.isnan(frame["value"][1])
    assert set(frame["cohort"]) == {"phantom"} and set(frame["scale"]) == {"desk"}


def test_save_refuses_another_format(small, tmp_path):
    with pytest.raises(ValueError, match=r"expected one of .csv, .md, .tex, got '.html'"):
        formats.save(small, [tmp_path / "t.html"])
    assert not list(tmp_path.iterdir())


@pytest.fixture
def published():
    columns = ["table", "dataset", "model", "subtype", "metric", "value", "implied"]
    cells = [("Table 1", "D1", "", subtype, "samples", "2", "") for subtype in SUBTYPES]
    cells += [("Table 1", "D1", "", subtype, "ratio", "25.0%", "") for subtype in SUBTYPES]
    cells += [("Table 6", "D1", model, "", metric, "0.6000", "") for model in ("V7", "V24") for metric in PAPER_METRICS]
    cells += [("Table 9", "D1", "V7", "", "auc", "0.9000", "0.8000")]
    return pd.DataFrame(cells, columns=columns)


@pytest.fixture
def compared(published):
    ours = summary(
        run("patient", auc=0.95, accuracy=0.61239, recall=0.6, f1=math.nan),
        run("patient", model="V24", status="diverged"),
        run("image", auc=0.85),
    )
    classes = {"Table 1": pd.Series(["normal", "normal", "normal", "spinal"])}
    return compare(published, classes, ours)


def test_compare_subtracts_the_papers_number(compared):
    cells = compared.set_index(["table", "classifier", "subtype", "metric"])
    normal = cells.loc[("Table 1", "", "normal", "ratio")]
    assert (normal["paper"], normal["ours_image"], normal["difference_patient"]) == (0.25, 0.75, 0.5)
    auc = cells.loc[("Table 9", "SPECS V7", "", "auc")]
    assert auc["difference_image"] == pytest.approx(-0.05)
    assert auc["implied"] == 0.8
    assert auc["training_accuracy_patient"] == 0.875 and math.isnan(normal["training_accuracy_patient"])
    failed = cells.loc[("Table 6", "SPECS V24", "", "recall")]
    assert (failed["status_image"], failed["status_patient"]) == ("not run", "diverged")
    assert math.isnan(failed["ours_patient"])


def test_comparison_table_lays_out_ours_below_the_papers(compared):
    table = comparison.comparison_table(compared, summary(run("image", auc=0.85)), PHANTOM)
    assert [section.heading for section in table.sections] == [
        "Table 1: whole-body images",
        "Table 6: test samples in dataset D1",
        "Table 9: AUC by dataset",
    ]
    first, second, third = (section.frame.to_numpy().tolist() for section in table.sections)
    assert first[1] == ["Samples", "ours", "3 (+1)", "0 (−2)", "1 (−1)", "0 (−2)"]
    assert first[3] == ["Ratio", "ours", "75.0% (+50.0)", "0.0% (−25.0)", "25.0% (0.0)", "0.0% (−25.0)"]
    # ours are the means of the rows, the intervals those of the images behind them
    assert second[2][:3] == ["SPECS V7", "ours, by patient", "0.61 (0.60–0.88)"]
    assert second[2][6:] == ["undefined", "0.875"]
    assert second[0] == ["SPECS V7", "paper", *["0.6000"] * 5, ""]
    assert second[4] == ["SPECS V24", "ours, by image", "not run", *[formats.SPAN] * 5]
    assert second[5] == ["SPECS V24", "ours, by patient", "diverged", *[formats.SPAN] * 5]
    assert third[0] == ["SPECS V7", "paper", "0.9000 †"]
    assert any("implies: Table 9 SPECS V7 AUC 0.8000." in note for note in table.notes)
    assert "not clinical performance" in table.notes[-1]


def test_latex_breaks_the_lines_of_sentences_alone():
    frame = pd.DataFrame({"a": ["x"], "b": ["y" * 60], "c": ["z" * 61]})
    text = formats.as_latex(formats.Table("T", "T.", frame, [formats.Section(frame)], PHANTOM))
    assert r"\begin{tabular}{lcp{0.60\linewidth}}" in text


def test_a_table_that_no_scan_had_a_part_in_says_nothing_of_a_cohort():
    frame = pd.DataFrame({"a": ["x"]})
    table = formats.Table("T", "T.", frame, [formats.Section(frame)], {}, ["Note."])
    assert formats.as_csv(table) == "a\nx\n" and formats.as_markdown(table).endswith("| x |\n\nNote.\n")
