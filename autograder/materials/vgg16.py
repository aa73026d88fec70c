"""VGG16, the base of the course's slides: ``keras.applications``' own, with its preparation of pixels inside.

Simonyan and Zisserman, *Very Deep Convolutional Networks for Large-Scale Image Recognition*, ICLR 2015.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder.materials.failure import MaterialsError

MEANS = (123.68, 116.779, 103.939)  # of ImageNet's red, green and blue, in 0–255


def build(size: int | None, cut: str = "", *, path: Path | None = None) -> Any:
    """Return the base: pixels in 0–1, (n, size, size, 3), to feature maps.

    ``path``: a file of its weights without the top; else Keras downloads it, once. ``cut``: the last layer to keep, by
    Keras' name ("block4_pool"). Raises ``MaterialsError`` when weights or cut cannot be had.
    """
    body = _pretrained(path)
    if cut and cut not in [layer.name for layer in body.layers]:
        raise MaterialsError("materials.base.cut", cut=cut, last="block5_pool")
    return with_pixels(body, size, cut)


def with_pixels(body: Any, size: int | None, cut: str = "") -> Any:
    """Return ``body`` with the preparation that it was trained with: 0–255, less the means, blue first.

    The order of colours is turned in the first convolution's weights, so that all layers stay plain ones.
    """
    import keras

    pixels = keras.Input((size, size, 3), name="pixeles")
    maps = keras.layers.Rescaling(255.0, offset=[-mean for mean in MEANS], name="escala")(pixels)
    weights = {}
    for layer in body.layers[1:]:
        twin = type(layer).from_config(layer.get_config())
        maps = twin(maps)
        weights[twin.name] = layer.get_weights()
        if layer.name == cut:
            break
    model = keras.Model(pixels, maps, name="vgg16")
    kernel, bias = weights["block1_conv1"]
    weights["block1_conv1"] = [kernel[:, :, ::-1, :], bias]
    for name, arrays in weights.items():
        model.get_layer(name).set_weights(arrays)
    return model


def _pretrained(path: Path | None) -> Any:
    import keras

    if path is None:
        try:
            return keras.applications.VGG16(include_top=False, weights="imagenet")
        except Exception as error:  # whatever a download ends with
            raise MaterialsError("materials.base.download", base="vgg16", key="vgg16_weights") from error
    if not path.is_file():
        raise MaterialsError("materials.base.missing", file=path)
    body = keras.applications.VGG16(include_top=False, weights=None)
    try:
        body.load_weights(path)
    except (OSError, ValueError) as error:
        raise MaterialsError("materials.base.unreadable", why=str(error).split("\n")[0]) from error
    return body
