"""A network in plain PyTorch, from its description, and the plainest training loop, as a measure for ours."""

import torch
from torch import nn
from torch.nn import functional

from bonescan.benchmark.timing import PRODUCTS, example, memory_mb, peak, rate

ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": functional.relu,
    "leaky_relu": lambda x: functional.leaky_relu(x, 0.2),
    "tanh": torch.tanh,
}


class Network(nn.Module):
    """The graph of a description, up to the scores before the soft-max.

    Parameters
    ----------
    description : dict
        As `bonescan.models.description.describe` makes it.
    """

    def __init__(self, description: dict):
        super().__init__()
        self.graph = [layer for layer in description["layers"] if layer["class"] not in ("InputLayer", "Softmax")]
        shapes = {layer["name"]: layer["output_shape"] for layer in description["layers"]}
        self.input = description["layers"][0]["name"]
        self.parts = nn.ModuleDict()
        for layer in self.graph:
            entering = shapes[layer["inbound"][0]][-1]
            part = self._part(layer, entering)
            if part is not None:
                self.parts[layer["name"]] = part

    @staticmethod
    def _part(layer: dict, entering: int) -> nn.Module | None:
        """Return the module of a layer with weights or state; None for other layers."""
        kind, kernel = layer["class"], layer["kernel"]
        if kind == "Conv2D":
            # Our layer has a bias if it has more parameters than its kernel.
            bias = layer["parameters"] > kernel**2 * entering * layer["filters"]
            padding = kernel // 2 if layer["padding"] == "same" else 0
            return nn.Conv2d(entering, layer["filters"], kernel, layer["strides"], padding, bias=bias)
        if kind == "Dense":
            return nn.Linear(entering, layer["units"])
        if kind == "BatchNormalization":
            return nn.BatchNorm2d(entering, eps=1e-5, momentum=0.1)
        return None

    def forward(self, images):
        """Return the scores, shape (batch, 2), of images, shape (batch, 1, size, size)."""
        values = {self.input: images}
        for layer in self.graph:
            values[layer["name"]] = self._value_of(layer, [values[name] for name in layer["inbound"]])
        return values[self.graph[-1]["name"]]

    def _value_of(self, layer: dict, inputs: list):
        x, kind, kernel, strides = inputs[0], layer["class"], layer["kernel"], layer["strides"]
        if layer["name"] in self.parts:
            return ACTIVATIONS[layer["activation"] or "linear"](self.parts[layer["name"]](x))
        if kind == "ZeroPadding2D":
            around = (layer["output_shape"][0] - x.shape[2]) // 2
            return functional.pad(x, (around,) * 4)
        if kind == "Flatten":
            # Rows, columns, channels: the order of ours, so that weights can be copied across.
            return x.permute(0, 2, 3, 1).flatten(1)
        simple = {
            "ReLU": lambda: functional.relu(x),
            "MaxPooling2D": lambda: functional.max_pool2d(x, kernel, strides),
            "AveragePooling2D": lambda: functional.avg_pool2d(x, kernel, strides),
            "GlobalAveragePooling2D": lambda: x.mean((2, 3)),
            "Add": lambda: inputs[0] + inputs[1],
            "Concatenate": lambda: torch.cat(inputs, 1),
        }
        return simple[kind]()


def copy_weights(network: Network, weights: dict) -> None:
    """Copy the weights of our network into this one.

    Parameters
    ----------
    weights : dict of str to list of ndarray
        By layer: kernel and bias; or scale, shift, moving mean and variance.
    """
    with torch.no_grad():
        for name, part in network.parts.items():
            arrays = [torch.as_tensor(array) for array in weights[name]]
            if isinstance(part, nn.BatchNorm2d):
                targets = [part.weight, part.bias, part.running_mean, part.running_var]
            else:
                arrays[0] = arrays[0].permute(3, 2, 0, 1) if arrays[0].ndim == 4 else arrays[0].T
                targets = [part.weight, part.bias]
            for target, array in zip(targets, arrays, strict=False):
                target.copy_(array)


def measure(job: dict) -> dict:
    """Measure the plain loop: as `bonescan.benchmark.ours.measure`, with `description` in the job too."""
    torch.manual_seed(1)
    torch.set_num_threads(job["threads"])
    device = "cuda" if torch.cuda.is_available() else "cpu"
    rounded = job["precision"] != "float32"
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = rounded
    half = torch.autocast(device, torch.bfloat16, enabled=job["precision"] == "bfloat16")
    network = Network(job["description"]).to(device, memory_format=torch.channels_last)
    decay = max((layer["l2"] or 0 for layer in job["description"]["layers"]), default=0)
    optimizer = torch.optim.SGD(network.parameters(), lr=1e-6, weight_decay=2 * decay)
    images, labels = example(job, device == "cuda")
    images = torch.as_tensor(images[:, None]).to(device, memory_format=torch.channels_last)
    labels = torch.as_tensor(labels).to(device)

    def epoch() -> int:
        for rows in torch.randperm(len(labels), device=device).split(job["batch_size"]):
            optimizer.zero_grad()
            with half:
                loss = functional.cross_entropy(network(images[rows]).float(), labels[rows])
            loss.backward()
            optimizer.step()
        float(loss)
        return len(labels)

    speed = rate(epoch, job["seconds"])
    memory = torch.cuda.max_memory_allocated() / 2**20 if device == "cuda" else memory_mb()
    found = {"images_per_s": speed, "memory_mb": memory}
    side, count = PRODUCTS[device == "cuda"]
    matrix = torch.randn(side, side, device=device) * side**-0.5
    matrix = matrix.to(torch.bfloat16 if job["precision"] == "bfloat16" else torch.float32)
    found["peak_gflops"] = peak(torch.matmul, matrix, count, lambda product: float(product[0, 0]))
    name = torch.cuda.get_device_name() if device == "cuda" else "CPU"
    return found | {"device": name, "software": f"PyTorch {torch.__version__}"}
