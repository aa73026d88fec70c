"""The pretrained bases: converted right, cut where asked, and saved as one file that is always the same."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from skimage import data

from autograder.materials import efficientnet, vgg16
from autograder.materials.failure import MaterialsError
from autograder.materials.keras_file import keras_bytes

pytestmark = pytest.mark.tensorflow

CATS, CUPS, ROCKETS = {281, 282, 285}, {504, 967, 968, 969}, {657, 744, 812}
"""ImageNet's numbers of a cat, a cup of coffee, and a rocket, missile or shuttle."""


def test_the_converted_network_knows_a_cat_a_cup_and_a_rocket():
    photos = [
        np.asarray(Image.fromarray(photo).resize((224, 224)), np.float32) / 255
        for photo in (data.chelsea(), data.coffee(), data.rocket())
    ]
    best = efficientnet.classifier(224).predict(np.stack(photos), verbose=0).argsort(axis=1)[:, -3:]
    assert [bool(set(row) & kinds) for row, kinds in zip(best.tolist(), (CATS, CUPS, ROCKETS), strict=True)] == [
        True
    ] * 3


def test_a_cut_keeps_the_layers_up_to_it_and_an_unknown_one_is_refused():
    whole, cut = efficientnet.build(32), efficientnet.build(32, "bloque3a")
    assert cut.count_params() < whole.count_params()
    assert cut.output_shape == (None, 4, 4, 40)
    with pytest.raises(MaterialsError, match="bloque9"):
        efficientnet.build(32, "bloque9")


def test_the_same_base_is_saved_as_the_same_bytes():
    assert keras_bytes(efficientnet.build(32, "bloque2")) == keras_bytes(efficientnet.build(32, "bloque2"))


def test_another_file_in_the_package_is_refused(monkeypatch):
    monkeypatch.setattr(efficientnet, "SHA256", "0" * 64)
    with pytest.raises(MaterialsError):
        efficientnet.weights_path()


def test_vgg16_from_a_file_prepares_pixels_as_keras_does(tmp_path):
    import keras

    keras.utils.set_random_seed(0)
    body = keras.applications.VGG16(include_top=False, weights=None)
    path = tmp_path / "vgg16.weights.h5"
    body.save_weights(path)
    photo = np.asarray(Image.fromarray(data.coffee()).resize((48, 48)), np.float32)[None]
    prepared = keras.applications.vgg16.preprocess_input(photo.copy())
    cut = keras.Model(body.input, body.get_layer("block2_pool").output)
    base = vgg16.build(48, "block2_pool", path=path)
    np.testing.assert_allclose(
        base.predict(photo / 255, verbose=0), cut.predict(prepared, verbose=0), rtol=1e-3, atol=1e-3
    )


@pytest.mark.parametrize("content", [None, b"no weights at all"], ids=["missing", "unreadable"])
def test_weights_that_cannot_be_had_are_told_by_their_file(tmp_path, content):
    path = tmp_path / "vgg16.weights.h5"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(MaterialsError):
        vgg16.build(48, path=path)
