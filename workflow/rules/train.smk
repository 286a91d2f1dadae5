"""The seven networks. Needs: images and a split. Makes: a trained network, its history, its test probabilities."""

import os

# Keras chooses at its import; jobs inherit it, and those on other nodes read this file themselves.
os.environ.update(KERAS_BACKEND=config["compute"]["backend"])


rule networks:
    """Build every network untrained and write down its layers: the source of Tables 3 and 4, Figures 6 and 7."""
    output:
        "results/{scale}/networks/networks.json",
    log:
        "logs/networks/{scale}.log",
    conda:
        "../../envs/training.yaml"
    params:
        networks=config["networks"],
        size=image_size,
        width=scale_setting("width"),
        code=library("networks"),
    script:
        "../scripts/networks.py"


rule train:
    """Train one network on one dataset under one split unit."""
    input:
        images=images_of_dataset,
        split="results/{scale}/split/{unit}/{draw}/{dataset}.tsv",
    output:
        model="results/{scale}/train/{unit}/{draw}/{dataset}/{model}/seed{seed}/model.keras",
        history="results/{scale}/train/{unit}/{draw}/{dataset}/{model}/seed{seed}/history.csv",
        fit="results/{scale}/train/{unit}/{draw}/{dataset}/{model}/seed{seed}/fit.json",
        probabilities="results/{scale}/train/{unit}/{draw}/{dataset}/{model}/seed{seed}/probabilities.tsv",
    log:
        "logs/train/{scale}/{unit}/{draw}/{dataset}/{model}/seed{seed}.log",
    benchmark:
        "benchmarks/train/{scale}/{unit}/{draw}/{dataset}/{model}/seed{seed}.tsv"
    conda:
        "../../envs/training.yaml"
    threads: scale_setting("threads")
    resources:
        mem_mb=train_memory,
        runtime=train_runtime,
        gpu=train_gpus,
    params:
        network=lookup(dpath="networks/{model}", within=config),
        training=training_settings,
        compute=config["compute"],
        checkpoint="results/{scale}/checkpoints/{unit}-{draw}-{dataset}-{model}-seed{seed}",
        tensorboard="results/{scale}/tensorboard/{unit}-{draw}-{dataset}-{model}-seed{seed}",
        # what decides the weights: a checkpoint of other code is not used
        fit_code=library("bonescan.models.build", "bonescan.training.fit.fit", "bonescan.backend.prepare"),
        code=library("train"),
    script:
        "../scripts/train.py"
