"""Figure 4: one thoracic image, mirrored, shifted and rotated."""

import numpy as np
from matplotlib.figure import Figure

from bonescan.augment import transform
from bonescan.figures.findings import draw_outline
from bonescan.figures.style import ACCENT, add_counts_bar, ceiling, letter, new_figure, show_counts, styled


def variants(vertical: int, degrees: int) -> list[tuple[str, int, str, int]]:
    """Return title, mirrored, operation and amount of the four panels of Figure 4."""
    return [
        ("original", 0, "identity", 0),
        ("mirrored", 1, "identity", 0),
        (f"shifted down by {vertical} pixels", 0, "down", vertical),
        (f"rotated right by {degrees}°", 0, "rotate_right", degrees),
    ]


@styled
def draw_variants(counts: np.ndarray, mask: np.ndarray, vertical: int, degrees: int, provenance: dict) -> Figure:
    """Draw a thoracic image and three of its variants, the hot spots outlined.

    Parameters
    ----------
    counts : ndarray, shape (size, size)
        Thoracic image.
    mask : ndarray, shape (size, size), bool
        Its metastases, none for a normal image.
    vertical, degrees : int
        Shift in pixels and angle in degrees to show.
    """
    figure = new_figure(54, provenance, "Dotted: centre lines of the image.")
    panels = figure.subplots(1, 4)
    black = ceiling(counts)
    for number, (title, mirrored, operation, amount) in enumerate(variants(vertical, degrees)):
        axes = panels[number]
        shown = show_counts(axes, transform(counts.astype(float), mirrored, operation, amount), black)
        draw_outline(axes, transform(mask.astype(float), mirrored, operation, amount) > 0.5)
        centre = (counts.shape[0] - 1) / 2
        axes.axhline(centre, color=ACCENT, linewidth=0.5, linestyle=":")
        axes.axvline(centre, color=ACCENT, linewidth=0.5, linestyle=":")
        letter(axes, number, title)
    add_counts_bar(figure, shown, panels, shrink=0.8, aspect=25)
    return figure
