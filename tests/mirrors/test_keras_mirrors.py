"""A Keras object's mirror answers as the object itself does, over the API that tests are written with."""

from __future__ import annotations

import json

import numpy as np
import pytest

from autograder.kernel.models import ModelServer
from autograder.mirrors import MirrorError, digest, from_bytes, mirror, record, to_bytes
from autograder.mirrors.arrays import TensorMirror, npy, read_npy

pytestmark = pytest.mark.tensorflow


class Far:
    """Jail B without a jail."""

    def _server(self, content: bytes) -> ModelServer:
        server = ModelServer()
        assert "facts" in server.answer({"op": "load"}, (content,))[0]
        return server

    def model_facts(self, content):
        return json.loads(json.dumps(self._server(content).answer({"op": "facts"}, ())[0]["facts"]))

    def predict(self, content, inputs):
        return read_npy(self._server(content).answer({"op": "predict"}, (npy(inputs),))[1][0])


def mirrored(value):
    return mirror(from_bytes(to_bytes(record(value, lambda _: "h0"))), Far())


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


@pytest.fixture(scope="module")
def base(keras):
    layers = keras.layers
    inner = [
        keras.Input((8, 8, 3)),
        layers.Conv2D(4, 3, name="conv"),
        layers.BatchNormalization(),
        layers.MaxPooling2D(),
    ]
    made = keras.Sequential(inner, name="base")
    made.trainable = False
    return made


def sequential(keras, base):
    layers = keras.layers
    head = [layers.Flatten(), layers.Dense(6, activation="relu"), layers.Dropout(0.3), layers.Dense(1, "sigmoid")]
    model = keras.Sequential([keras.Input((8, 8, 3)), base, *head])
    model.compile("adam", "binary_crossentropy", metrics=["binary_accuracy"])
    return model


def functional(keras, base):
    inputs = keras.Input((8, 8, 3))
    inner = keras.layers.Flatten()(base(inputs / 255.0, training=False))
    outputs = keras.layers.Activation(keras.activations.sigmoid)(keras.layers.Dense(1)(inner))
    model = keras.Model(inputs, outputs)
    metrics = [keras.metrics.BinaryAccuracy(), keras.metrics.AUC(name="auc")]
    model.compile(keras.optimizers.Adam(1e-4), keras.losses.BinaryCrossentropy(), metrics=metrics)
    return model


def unfrozen(keras, base):  # noqa: ARG001
    norm = keras.layers.BatchNormalization()
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), norm, keras.layers.Dense(2, trainable=False)])


def woken(keras, base):  # noqa: ARG001
    model = keras.Sequential([keras.Input((4,)), keras.Sequential([keras.layers.Dense(2)]), keras.layers.Dense(1)])
    model.layers[0].trainable = False
    model.layers[0].layers[0].trainable = True  # so it learns, whatever its model's flag says
    return model


def stacked(keras, base):
    return keras.Sequential([keras.Input((8, 8, 3)), keras.Sequential([base, keras.layers.Flatten()], name="trunk")])


@pytest.mark.parametrize("build", [sequential, functional, unfrozen, woken, stacked])
def test_a_models_mirror_agrees_with_the_model(keras, base, build):
    model = build(keras, base)
    found = mirrored(model)
    assert type(found).__name__ == type(model).__name__
    for name in ("name", "trainable", "built", "input_shape", "output_shape", "compiled"):
        assert getattr(found, name) == getattr(model, name), name
    assert found.get_compile_config() == (model.get_compile_config() or {})
    assert found.count_params() == model.count_params()
    same_layers(found, model)
    inputs = np.random.default_rng(0).random((3, *model.input_shape[1:]), np.float32)
    np.testing.assert_allclose(found.predict(inputs, verbose=0), model.predict(inputs, verbose=0), atol=1e-6)
    assert type(found(inputs)) is TensorMirror


def same_layers(found, model):
    from autograder.checks import digest_of

    assert found.weights_digest() == digest_of(model.get_weights())
    for kind in ("weights", "trainable_weights", "non_trainable_weights", "trainable_variables"):
        ours, theirs = getattr(found, kind), getattr(model, kind)
        assert [tuple(weight.shape) for weight in ours] == [tuple(weight.shape) for weight in theirs], kind
        assert [weight.dtype for weight in ours] == [weight.dtype for weight in theirs]
    assert len(found.layers) == len(model.layers)
    for ours, theirs in zip(found.layers, model.layers, strict=True):
        assert type(ours).__name__ == ours.class_name == type(theirs).__name__
        assert (ours.name, ours.trainable) == (theirs.name, theirs.trainable)
        assert ours.count_params() == theirs.count_params()
        assert ours.output_shape == tuple(theirs.output.shape)
        assert found.get_layer(ours.name) is ours
        if hasattr(theirs, "layers"):
            same_layers(ours, theirs)
        else:
            assert ours.get_config() == theirs.get_config()


def test_a_layers_settings_are_attributes(keras, base):
    found = mirrored(sequential(keras, base))
    conv = found.layers[0].get_layer("conv")
    assert (conv.filters, conv.kernel_size, conv.strides, conv.padding) == (4, (3, 3), (1, 1), "valid")
    assert found.layers[0].layers[2].pool_size == (2, 2)
    dense = found.get_layer(index=2)
    assert (dense.units, dense.activation.__name__, found.layers[3].rate) == (6, "relu", 0.3)
    assert not hasattr(dense, "filters")
    assert not hasattr(found.layers[1], "activation")
    with pytest.raises(ValueError, match="No such layer"):
        found.get_layer("nope")


def test_compile_settings_are_names_or_objects(keras, base):
    by_name, by_object = mirrored(sequential(keras, base)), mirrored(functional(keras, base))
    assert (by_name.loss, by_name.metrics) == ("binary_crossentropy", ["binary_accuracy"])
    assert type(by_object.loss).__name__ == "BinaryCrossentropy"
    assert [metric.name for metric in by_object.metrics] == ["binary_accuracy", "auc"]
    assert type(by_object.optimizer).__name__ == "Adam"
    assert by_object.optimizer.learning_rate == pytest.approx(1e-4)


def test_a_model_that_was_never_built_or_compiled_says_so(keras):
    found = mirrored(keras.Sequential([keras.layers.Dense(2)]))
    assert not found.built
    assert not found.compiled
    assert found.optimizer is None
    assert found.count_params() == 0
    assert not hasattr(found, "input_shape")


def test_the_same_model_is_the_same_bytes_until_it_learns(keras, base):
    model = sequential(keras, base)
    before = digest(record(model, str))
    assert digest(record(model, str)) == before
    model.fit(np.zeros((2, 8, 8, 3)), np.ones(2), verbose=0)
    assert digest(record(model, str)) != before


def test_a_part_of_a_model_does_not_predict(keras, base):
    with pytest.raises(MirrorError):
        mirrored(sequential(keras, base)).layers[0].predict(np.zeros((1, 8, 8, 3)))


def test_a_history_is_its_numbers(keras):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    data = (np.zeros((4, 2)), np.ones(4))
    history = model.fit(*data, validation_data=data, epochs=2, verbose=0)
    found = mirrored(history)
    assert found.history == history.history
    assert (found.epoch, found.params) == (history.epoch, history.params)


def test_layers_and_settings_that_stand_alone_are_described(keras):
    dense = mirrored(keras.layers.Dense(3, activation="tanh"))
    assert (type(dense).__name__, dense.units, dense.activation.__name__) == ("Dense", 3, "tanh")
    with pytest.raises(MirrorError):
        dense.count_params()
    adam = mirrored(keras.optimizers.Adam(0.5))
    assert (type(adam).__name__, adam.learning_rate) == ("Adam", 0.5)


def test_tensors_are_their_numbers():
    import tensorflow as tf

    for tensor in (
        tf.constant([[1.0, 2.0]]),
        tf.Variable([1, 2]),
        tf.constant(2.5, tf.float16),
        tf.constant([True]),
        tf.constant(3),
        tf.zeros((0, 2)),
    ):
        found = mirrored(tensor)
        assert type(found) is TensorMirror
        assert found.shape == tensor.shape
        assert found.dtype == tensor.dtype.as_numpy_dtype
        np.testing.assert_array_equal(found.numpy(), tensor.numpy())
    assert mirrored(tf.constant([1.5], tf.bfloat16)).numpy().tolist() == [1.5]
    assert mirrored(tf.constant(["a", "ñ"])).tolist() == [b"a", "ñ".encode()]
    assert mirrored(tf.TensorShape([None, 2])) == (None, 2)
    assert mirrored(tf.float32) == "float32"
    assert repr(mirrored(tf.ragged.constant([[1], [2, 3]]))) == "<RaggedTensor>"


def test_a_dataset_is_its_description_and_its_first_batches():
    import tensorflow as tf

    source = tf.data.Dataset.from_tensor_slices((np.arange(40.0).reshape(10, 4), np.arange(10)))
    dataset = source.batch(2).map(lambda x, y: (x, y)).cache().prefetch(1)
    dataset.class_names = ["Car", "Truck"]
    found = mirrored(dataset)
    assert found.element_spec[0].shape == (None, 4)
    assert found.element_spec[1].dtype == "int64"
    assert int(found.cardinality()) == len(found) == 5
    assert found.class_names == ["Car", "Truck"]
    assert found.kinds == ("Prefetch", "Cache", "Map", "Batch", "TensorSlice")
    ((images, labels),) = found.take(1)
    np.testing.assert_array_equal(images.numpy(), np.arange(8.0).reshape(2, 4))
    assert labels.numpy().tolist() == [0, 1]
    with pytest.raises(MirrorError):
        list(found)
    assert [int(item) for item in mirrored(tf.data.Dataset.range(3))] == [0, 1, 2]
    endless = mirrored(tf.data.Dataset.range(3).repeat())
    assert int(endless.cardinality()) == -1
    assert len(list(endless.take(2))) == 2
