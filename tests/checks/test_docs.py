"""The instructors' page on tests is itself tested: its examples run, and it names every word."""

import re
from pathlib import Path

import numpy as np
import pytest

from autograder import checks
from autograder.checks.exhibits import collecting

PAGE = Path(__file__).parents[2] / "docs" / "docentes" / "pruebas.md"
TEXT = PAGE.read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.S)


def test_every_word_is_explained():
    words = set(checks.__all__) - {"collecting"}  # the grader's own
    assert not {word for word in words if not re.search(rf"\b{word}\b", TEXT)}


def test_no_word_is_explained_that_does_not_exist():
    assert set(re.findall(r"\bchecks\.(\w+)", TEXT)) <= set(checks.__all__)


@pytest.mark.tensorflow
def test_every_example_runs(tmp_path, monkeypatch):
    import keras
    from matplotlib.figure import Figure

    labels = np.array([0, 1] * 5)
    images = np.zeros((10, 8, 8, 3), np.float32) + labels[:, None, None, None]
    np.savez(tmp_path / "photos.npz", images=images, labels=labels)
    monkeypatch.setenv("AUTOGRADER_HIDDEN", str(tmp_path))
    base = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3)], name="base")
    base.trainable = False
    head = [keras.layers.Flatten(), keras.layers.Dense(6, "relu"), keras.layers.Dense(1, "sigmoid")]
    model = keras.Sequential([base, *head])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(images, labels, validation_data=(images, labels), epochs=2, verbose=0)
    model.layers[-1].set_weights([np.zeros((6, 1)), np.zeros(1)])
    monkeypatch.setattr(model, "predict", lambda images, **_: images[:, 0, 0, :1])
    kernel = np.array([[-1, 0, 1]] * 3, np.float32)
    photo = checks.bar(45)[None, :, :, None]
    names = {
        "np": np, "base": base, "model": model, "history": history, "kernel": kernel, "n_feature_maps": 64,
        "relu_choice": "b", "filtrar": checks.conv2d, "explicacion": "cinco palabras bastan para hoy",
        "image_filter": checks.conv2d(photo, kernel[:, :, None, None]), "convolve2d": checks.convolve2d,
    }  # fmt: skip
    names["image_detect"] = checks.relu(names["image_filter"])
    names["fig"], names["fig_kernel"] = Figure(), Figure()
    axes = names["fig"].subplots()
    for curve in ("loss", "val_loss"):
        axes.plot(history.history[curve], label=curve)
    axes.set(xlabel="época", ylabel="pérdida")
    axes.legend()
    for axes in names["fig_kernel"].subplots(1, 3):
        axes.imshow(kernel)
    with collecting() as shown:
        for block in BLOCKS:
            exec(block, names)
    assert [one.kind for one in shown] == ["curves", "confusion", "pictures"]
