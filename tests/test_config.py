"""A wrong config stops the run before any job, naming key, value and what is allowed; the pins agree."""

import copy
import re

import pytest
import yaml
from snakemake.utils import update_config
from workflow_runs import ROOT

from bonescan import config as library

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
SCHEMA = yaml.safe_load((ROOT / "workflow" / "schemas" / "config.schema.yaml").read_text(encoding="utf-8"))


def merged(text):
    """The config with the user's own over it, as Snakemake lays one over the other."""
    config = copy.deepcopy(CONFIG)
    update_config(config, yaml.safe_load(text))
    return config


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        ("scal: desk", r"top level: .*'scal' was unexpected.* \(allowed: scale, seed"),
        ("scale: lap", r"scale: 'lap' is not one of \['desk', 'paper'\]"),
        ("crop: {noisse: 3}", r"crop: .*'noisse' was unexpected.* \(allowed: noise, degree"),
        ("models: [V7, V99]", r"models.1: 'V99' is not one of \['V7'"),
        ("datasets: [D4]", r"datasets.0: 'D4' is not one of \['D1', 'D2', 'D3'\]"),
        ("split: {units: [pixel]}", r"split.units.0: 'pixel' is not one of \['image', 'source', 'patient'\]"),
        ("split: {ratio: [7]}", r"split.ratio: \[.*\] .*too short.* \(two positive numbers, training to test\)"),
        ("cohort: {source: sheet}", r"cohort.path: None is not of type 'string'"),
        ("split: {ratio: [0, 3]}", r"split.ratio.0: 0 is less than or equal to the minimum of 0"),
        ("simulate: {patients: {normal: 100}}", r"simulate.views: expected 100 to 200 .*, got 220"),
        ("augment: {counts: {spinal: 200}}", r"augment.counts.spinal: expected 14 .* to 196 .*, got 200"),
        ("crop: {sigma: [15, 5]}", r"crop.sigma: expected the lesser number first, got \[15, 5\]"),
        ("scales: {desk: {epochs: {D1: 0}}}", r"scales.desk.epochs.D1: 0 is less than the minimum of 1"),
        ("scales: {desk: {end_below_loss: 0}}", r"desk.end_below_loss: 0 is less than or equal to .* \(a loss above 0"),
        ("scales: {desk: {own_rate: {R50: 0.1}}}", r"scales.desk.own_rate: expected names of networks .*, got R50"),
        ("audit: {limit: 1}", r"audit.limit: 1 is less than the minimum of 2"),
        ("audit: {sizes: {D1: [47]}}", r"audit.sizes.D1: \[47\] is not valid .*two from 1, positive and negative"),
        ("count_scale: {thinned: [1.5]}", r"count_scale.thinned.0: 1.5 is greater than the maximum of 1"),
        ("count_scale: {factors: [0]}", r"count_scale.factors.0: 0 is less than or equal to the minimum of 0"),
        (
            "{count_scale: {datasets: [D2]}, normalise: {over: dataset}}",
            r"count_scale.datasets: expected no D2 with normalise.over dataset.* got \['D2'\]",
        ),
        ("models: [V7]", r"figures.classifier: expected one of models \['V7'\], got V21"),
        ("label: {votes: 1}", r"label.votes: expected 2, the majority of simulate.readers, got 1"),
        ("crop: {size: 64}", r"scales.desk.block: expected at most crop.size / 32, 2, .* got 4"),
        ("networks: {V7: {convolutions: [1, 1]}}", r"networks.V7.convolutions: .*too short"),
    ],
)
def test_a_wrong_config_is_named(overlay, message):
    with pytest.raises(ValueError, match=message):
        library.check(merged(overlay), SCHEMA, CONFIG)


def test_the_default_config_is_right():
    library.check(CONFIG, SCHEMA, CONFIG)


def test_a_wrong_config_stops_before_any_job(snakemake):
    run = snakemake("--dry-run", "--config", "scal=desk", "scale=lap")
    assert run.returncode != 0
    printed = run.stdout + run.stderr
    assert "The config is wrong:" in printed and "'scal' was unexpected" in printed and "'lap' is not one of" in printed


SHEET = "cohort: {source: sheet, path: sheet.tsv}, "


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        ("split: {ratio: [1.0e+300, 1.0e-300]}", r"split.ratio: expected two numbers that both count"),
        (SHEET + "split: {ratio: [1.0e-300, 1.0e+300]}", r"split.ratio: expected two numbers that both count"),
        ("split: {ratio: [.nan, 1]}", r"split.ratio.0: expected a finite number, got nan"),
        ("split: {ratio: [.inf, 1]}", r"split.ratio.0: expected a finite number, got inf"),
        ("scales: {desk: {learning_rate: {D2: .nan}}}", r"desk.learning_rate.D2: expected a finite number, got nan"),
        ("scales: {paper: {width: .nan}}", r"scales.paper.width: expected a finite number, got nan"),
        ("scales: {desk: {learning_rate: {D1: .inf}}}", r"desk.learning_rate.D1: expected a finite number, got inf"),
        ("sweep: {learning_rates: [0.1, .nan]}", r"sweep.learning_rates.1: expected a finite number"),
        ("networks: {V7: {l2: .nan}}", r"networks.V7.l2: expected a finite number"),
        ("networks: {D121: {compression: .nan}}", r"networks.D121.compression: expected a finite number"),
        ("annotate: {window: .nan}", r"annotate.window: expected a finite number, got nan"),
        ("simulate: {pixel_spacing_mm: .nan}", r"simulate.pixel_spacing_mm: expected a finite number"),
        ("crop: {refine: .nan}", r"crop.refine: expected a finite number"),
        ("crop: {noise: .nan}", r"crop.noise: expected a finite number"),
        ("benchmark: {seconds: .inf}", r"benchmark.seconds: expected a finite number, got inf"),
        ("networks: {V7: {convolutions: [0, 0, 0, 0, 0]}}", r"networks.V7.convolutions: expected at least one"),
        ("networks: {V7: null}", r"networks.V7: None is not of type 'object'"),
        ("models: [V21, V21]", r"models: \['V21', 'V21'\] has non-unique elements"),
        ("augment: {horizontal: [1, 256]}", r"augment.horizontal: expected shifts below crop.size, 256 .*got 256"),
        ("augment: {vertical: [300, 400]}", r"augment.vertical: expected shifts below crop.size, 256 .*got 400"),
        ("augment: {vertical: [0, 0]}", r"augment.vertical: expected a greatest amount of at least 1"),
        ("augment: {degrees: [1, 400]}", r"augment.degrees: expected at most 180, half a turn, got 400"),
        ("augment: {counts: some}", r"augment.counts: 'auto' was expected \(auto or images of each class\)"),
        ("augment: {counts: {skull: 3}}", r"augment.counts: .*'skull' was unexpected\) \(allowed: normal, multiple"),
        ("crop: {sigma: 256}", r"crop.sigma: expected fewer rows than crop.size, 256, got 256"),
        ("crop: {sigma: [5, 900]}", r"crop.sigma: expected fewer rows than crop.size, 256, got 900"),
        ("crop: {size: 2048}", r"crop.size: expected at most 1024, the rows of a view, got 2048"),
        ("crop: {degree: 31}", r"crop.degree: 31 is greater than the maximum of 30"),
        ("simulate: {views: {unspecified: 3}}", r"simulate.views: .*'unspecified' was unexpected"),
        ("figures: {normal: P001}", r"figures.normal: 'P001' does not match .*such as P001_1_posterior"),
        (
            "figures: {normal: P252_1_anterior}",
            r"figures.normal: .*of the 251 simulated patients.* got P252_1_anterior",
        ),
        (
            "figures: {normal: P001_1_anterior, metastasis: P001_1_anterior}",
            r"figures.metastasis: expected another image",
        ),
        ("crop: {method: none}", r"crop.method: expected a crop of the simulated whole-body views, got none"),
        ("crop: {sigma: 5.0}", r"crop.sigma: "),
        ("simulate: {readers: 3.0}", r"simulate.readers: 3.0 is not of type 'integer'"),
        ("simulate: {shards: 8.0}", r"simulate.shards: 8.0 is not of type 'integer'"),
        ("seeds: [true]", r"seeds.0: True is not of type 'integer'"),
        ("seeds: [4294967296]", r"seeds.0: 4294967296 is greater than the maximum of 4294967295 .*below 2\^32"),
        ("annotate: {labels: [fracture]}", r"annotate.labels: expected metastasis among them.* got \['fracture'\]"),
        (
            "annotate: {labels: [metastasis, ': spine']}",
            r"annotate.labels: expected a word before the colon, got ': sp",
        ),
        ("label: {synonyms: {tumour: tumor}}", r"label.synonyms.tumour: expected one of .*metastasis, deg.*got tumor"),
        ("label: {synonyms: {metastases: null}}", r"label.synonyms.metastases: None is not of type 'string'"),
        ("label: {synonyms: [metastases]}", r"label.synonyms: \['metastases'\] is not of type 'object'"),
        ("label: {synonyms: {Metastasis: other}}", r"label.synonyms.Metastasis: expected a word with no meaning"),
        (
            "label: {synonyms: {mets: kidney, kidney: other}}",
            r"label.synonyms.mets: expected a label that stands for no",
        ),
        ("label: {synonyms: {yes: metastasis}}", r"label.synonyms: expected words, in quotation marks .*got True"),
        ("label: {synonyms: {Mets: metastasis, mets: other}}", r"label.synonyms.mets: expected one meaning of a word"),
        (SHEET + "label: {votes: 3, readers: [ann, bob]}", r"label.votes: expected 1 to 2, .*label.readers, got 3"),
        ("split: {repeats: 1, folds: 5}", r"split.repeats: expected 0 .* got 1 repeats and 5 folds"),
        ("split: {repeats: 0}", r"split.repeats: .* got 0 repeats and 0 folds"),
        ("split: {folds: 1}", r"split.folds"),
        ("audit: {table: published.csv}", r"audit.table: expected another file name than published"),
    ],
)
def test_contradictions_are_named(overlay, message):
    with pytest.raises(ValueError, match=message):
        library.check(merged("{" + overlay + "}"), SCHEMA, CONFIG)


@pytest.mark.parametrize(
    "overlay",
    [
        "label: {synonyms: {metastases: metastasis, 转移: 'metastasis: spine', injection_site: injection site}}",
        "annotate: {labels: [metastasis, 转移]}, label: {synonyms: {转移: metastasis}}",
        "annotate: {labels: ['Metastasis：spine', bone island]}, label: {synonyms: {island: Bone_Island}}",
    ],
)
def test_labels_and_synonyms_may_be(overlay):
    library.check(merged("{" + overlay + "}"), SCHEMA, CONFIG)


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        ("split: {ratio: [1000, 1]}", r"split.ratio: .* 346 images .*got \[1000, 1\].*out of the test part"),
        ("split: {ratio: [1, 1000]}", r"split.ratio: .* 251 patients .*got \[1, 1000\].*out of the train part"),
        (
            "augment: {counts: auto}, "
            "simulate: {patients: {metastasis: 0}, views: {multiple: 0, spinal: 0, outside_spine: 0}}",
            r"simulate.patients.metastasis: expected at least 2, one for each part of a split, got 0",
        ),
        (
            "simulate: {patients: {normal: 1}, views: {normal: 2}}, augment: {counts: auto}",
            r"simulate.patients.normal: expected at least 2",
        ),
        ("split: {repeats: 0, folds: 86}", r"simulate.patients.metastasis: expected at least 86, .* got 85"),
    ],
)
def test_a_cohort_that_cannot_be_split_may_be_simulated_and_no_more(overlay, message):
    config = merged("{" + overlay + "}")
    library.check(config, SCHEMA, CONFIG)
    (problem,) = [one for one in library.unsplittable(config) if re.search(message, one)]
    assert not list(library.unsplittable(config | {"cohort": {"source": "sheet"}})), problem


def test_the_default_cohort_can_be_split():
    assert not list(library.unsplittable(CONFIG))


@pytest.mark.parametrize(
    ("overlay", "counts"),
    [
        ("", "paper"),
        ("augment: {counts: auto}", "auto"),
        (SHEET, "auto"),
        (SHEET + "augment: {counts: auto}", "auto"),
        (
            SHEET + "augment: {counts: {normal: 300}}",
            {"normal": 300, "multiple": 1043, "spinal": 133, "outside_spine": 14},
        ),
        ("datasets: [D1]", "auto"),
        ("datasets: [D1], simulate: {patients: {normal: 10}, views: {normal: 12}}", "auto"),
    ],
)
def test_counts_are_the_papers_for_the_phantom_and_auto_for_other_cohorts(overlay, counts):
    config = merged("{" + overlay + "}")
    library.check(config, SCHEMA, CONFIG)
    assert library.settle_counts(config, CONFIG) == (CONFIG["augment"]["counts"] if counts == "paper" else counts)


def test_the_paper_s_numbers_add_up():
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    simulate = config["simulate"]
    assert sum(simulate["patients"].values()) == 251
    assert sum(simulate["views"].values()) == 346
    assert sum(config["augment"]["counts"].values()) == 2390


@pytest.mark.parametrize("environment", ["imaging", "training"])
def test_pins_agree(environment):
    lock = (ROOT / "envs" / "requirements.txt").read_text(encoding="utf-8").lower().replace("_", "-").splitlines()
    (packages,) = (
        entry["pip"]
        for entry in yaml.safe_load((ROOT / "envs" / f"{environment}.yaml").read_text(encoding="utf-8"))["dependencies"]
        if isinstance(entry, dict)
    )
    assert set(packages) <= set(lock)


def test_direct_pins_are_in_the_lock():
    lock = (ROOT / "envs" / "requirements.txt").read_text(encoding="utf-8").lower().replace("_", "-").splitlines()
    direct = (ROOT / "envs" / "requirements.in").read_text(encoding="utf-8").splitlines()
    assert {line for line in direct if line and not line.startswith("#")} <= set(lock)
