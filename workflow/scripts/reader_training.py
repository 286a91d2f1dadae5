"""Train the standard reader on so many views; test it on those of other patients."""

import logging

import numpy as np

from bonescan import backend
from bonescan.chance import generator
from bonescan.files import read_tables, write_json
from bonescan.phantom_quality.learning import choose, prepare, split_patients
from bonescan.phantom_quality.standard_reader import read, train
from bonescan.scoring.roc import auc
from bonescan.script import logged


@logged
def main(snakemake):
    described = backend.prepare(snakemake.threads, "float32", False)
    wanted, seed = int(snakemake.wildcards.views), int(snakemake.wildcards.seed)
    views = read_tables(snakemake.input.tables)
    images = np.concatenate([prepare(np.load(path)) for path in snakemake.input.images])
    trained_on, tested = split_patients(views, snakemake.params.test_views)
    rng = generator(snakemake.params.seed, "standard_reader", str(wanted), str(seed))
    rows = np.flatnonzero(trained_on)[choose(views["patient"].to_numpy()[trained_on], wanted, rng)]
    labels = views["label"].to_numpy()
    model = train(images[rows], labels[rows], seed)
    area = auc(labels[tested], read(model, images[tested]))
    record = {"views": wanted, "seed": seed, "n_train": len(rows), "metastatic": float(labels[rows].mean())}
    write_json(snakemake.output.result, record | {"n_test": int(tested.sum()), "auc": area, "backend": described})
    logging.info("AUC %.3f from %d views", area, len(rows))


if __name__ == "__main__":
    main(snakemake)
