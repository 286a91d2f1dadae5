"""The speed of every network's training, ours beside a plain PyTorch loop."""

import pandas as pd

from bonescan.tables.formats import Section, Table
from bonescan.wording import classifier


def _number(value: float) -> str:
    """Print a speed with three digits."""
    return "-" if pd.isna(value) else f"{value:.0f}" if value >= 100 else f"{value:#.3g}"


def _share(value: float) -> str:
    return "-" if pd.isna(value) else f"{value:.0%}"


def benchmark_table(values: pd.DataFrame, job: dict, hours: float | None, provenance: dict) -> Table:
    """Lay out the benchmark.

    Parameters
    ----------
    values : DataFrame
        One row per network: model, gflop (a training image), images_per_s, memory_mb, input_share,
        device and software of ours, and the same with `torch_` before it, NaN where PyTorch is not installed;
        peak_gflops of the machine; from `bonescan.benchmark.timing.compare_speeds`, share_of_peak and ratio.
    job : dict
        size, width, batch_size, threads, precision: the same for all.
    hours : float or None
        Of all trainings of these networks under one split unit; None where that is not known.
    provenance : dict
    """
    printed = pd.DataFrame(
        {
            "Classifier": values["model"].map(classifier),
            "GFLOP an image": values["gflop"].map(_number),
            "Images/s": values["images_per_s"].map(_number),
            "Share of peak": values["share_of_peak"].map(_share),
            "Input": values["input_share"].map("{:.2%}".format),
            "Memory, MB": values["memory_mb"].map("{:.0f}".format),
            "Plain PyTorch, images/s": values["torch_images_per_s"].map(_number),
            "Ours to PyTorch": values["ratio"].map(lambda value: "-" if pd.isna(value) else f"{value:.2f}"),
        }
    )
    first = values.iloc[0]
    threads = f"{job['threads']} thread{'s' if job['threads'] > 1 else ''}"
    beside = first["torch_software"]
    notes = [
        f"{job['size']} x {job['size']} pixels, {job['width']:g} of the paper's channels, batches of "
        f"{job['batch_size']}, {job['precision']}, on {first['device']} with {threads}.",
        f"{first['software']}; the peak is the fastest matrix product of this run, {first['peak_gflops']:.0f} GFLOP/s.",
        f"Beside it {beside}, in the same run, channels last, not compiled."
        if isinstance(beside, str)
        else f"PyTorch is not installed for {first['device']}, so nothing stands beside ours.",
        "Input: share of the time that shuffling and bringing the images of a batch together take; they are read and "
        "scaled once a training.",
        "Speeds hold for this machine and what else it did at the time.",
    ]
    if hours:
        notes.insert(
            -1, f"All trainings of these networks under one split unit take at most {hours:.1f} h, one after the other."
        )
    caption = "Speed of training: images a second, the first steps not counted."
    return Table("Benchmark", caption, values, [Section(printed)], provenance, notes)
