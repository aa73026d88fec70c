"""A saved model, loaded where no student code is: facts and predictions, or a refusal by name."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.mirrors import mirror, record
from autograder.mirrors.arrays import npy, read_npy
from autograder.mirrors.models import keras_file

pytestmark = pytest.mark.tensorflow


def saved(model) -> bytes:
    config, weights = record(model, str).blobs
    return keras_file(config, weights)


@pytest.fixture(scope="module")
def model():
    import keras

    base = keras.Sequential(
        [keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3), keras.layers.BatchNormalization()], name="base"
    )
    base.trainable = False
    return keras.Sequential([keras.Input((8, 8, 3)), base, keras.layers.Flatten(), keras.layers.Dense(1)])


def test_loading_tells_facts_by_path(model_server, model):
    head, _ = model_server.ask({"op": "load"}, saved(model))
    facts = head["facts"]["layers"]
    assert set(facts) == {"", "base", *(f"base/{layer.name}" for layer in model.layers[0].layers)} | {
        layer.name for layer in model.layers
    }
    assert facts[""]["parameters"] == model.count_params()
    assert facts[""]["input_shape"] == [None, 8, 8, 3]
    assert facts["base"]["output_shape"] == [None, 6, 6, 4]
    learns = [weight["learns"] for weight in facts[f"base/{model.layers[0].layers[1].name}"]["weights"]]
    assert learns == [True, True, False, False]  # by nature: frozen or not is what the description says
    assert model_server.ask({"op": "facts"})[0] == head


def test_predictions_are_the_models_own(model_server, model):
    model_server.ask({"op": "load"}, saved(model))
    inputs = np.random.default_rng(1).random((130, 8, 8, 3), np.float32)
    _, (content,) = model_server.ask({"op": "predict"}, npy(inputs))
    np.testing.assert_allclose(read_npy(content), model.predict(inputs, verbose=0), atol=1e-5)


@pytest.mark.parametrize(
    "content",
    [b"", b"not a zip", keras_file(b"{}", b""), keras_file(b"[" * 10_000, b"x")],
    ids=["none", "text", "{}", "deep"],
)
def test_a_file_that_is_no_model_is_refused(model_server, content):
    assert set(model_server.ask({"op": "load"}, content)[0]) == {"refused"}


def test_code_in_a_model_is_refused(model_server):
    import keras

    model = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x * 2)])
    assert set(model_server.ask({"op": "load"}, saved(model))[0]) == {"refused"}


def test_a_prediction_that_fails_is_refused_and_the_server_goes_on(model_server, model):
    model_server.ask({"op": "load"}, saved(model))
    for inputs in (npy(np.zeros((2, 3))), npy(np.zeros((0, 8, 8, 3), np.float32)), b"", npy(np.array("x"))):
        assert set(model_server.ask({"op": "predict"}, inputs)[0]) == {"refused"}
    assert model_server.ask({"op": "predict"})[0] == {"refused": "IndexError"}
    assert "facts" in model_server.ask({"op": "facts"})[0]


def test_a_mirror_asks_it(model_server, model):
    class Far:
        def model_facts(self, content):
            return model_server.ask({"op": "load"}, content)[0]["facts"]

        def predict(self, content, inputs):
            model_server.ask({"op": "load"}, content)
            return read_npy(model_server.ask({"op": "predict"}, npy(inputs))[1][0])

    found = mirror(record(model, str), Far())
    assert found.count_params() == model.count_params()
    assert found.predict(np.zeros((2, 8, 8, 3))).shape == (2, 1)
