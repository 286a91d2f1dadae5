"""The seven classifiers of the paper: one builder per family, and the registry that chooses among them."""

from bonescan.backend import keras
from bonescan.models.densenet import build_densenet
from bonescan.models.resnet import build_resnet
from bonescan.models.vgg import build_vgg

FAMILIES = {"vgg": build_vgg, "resnet": build_resnet, "densenet": build_densenet}


def build(
    network: dict, size: int, width: float = 1, initial_weights: str = "glorot_normal", name: str | None = None
) -> keras.Model:
    """Build one network with freshly drawn weights.

    Seed the draw with `keras.utils.set_random_seed` beforehand.

    Parameters
    ----------
    network : dict
        `family` (a key of `FAMILIES`) and the arguments of that family's builder.
    size : int
        Rows and columns of an image.
    width : float
        Share of the paper's channels; every channel count is multiplied by it and rounded.
    initial_weights : str
        A Keras initialiser for every kernel, such as `glorot_normal` or `he_normal`, or `normal_<sigma>` for a
        Gaussian of that standard deviation. Biases start at 0.
    name : str, optional
        The model's name.

    Returns
    -------
    keras.Model
        Input (batch, size, size, 1), float32; output (batch, 2), the probabilities of `bonescan.terms.CLASSES`, from
        a separate layer named `softmax`.

    Raises
    ------
    ValueError
        If the family or the initialiser is unknown.
    """
    arguments = dict(network)
    family = arguments.pop("family")
    if family not in FAMILIES:
        raise ValueError(f"network family: expected one of {sorted(FAMILIES)}, got {family!r}")
    return FAMILIES[family](size=size, width=width, initial_weights=initial_weights, name=name, **arguments)


def outline(network: dict, size: int, width: float = 1, name: str | None = None) -> keras.Model:
    """Build one network without its weights: layers, shapes and counts only, no memory, no images.

    Describing seven networks at 256 x 256 would otherwise allocate gigabytes. Arguments as in `build`.
    """
    with keras.StatelessScope(initialize_variables=False):
        return build(network, size, width, name=name)
