"""The checks on real Keras models, tensors and histories, and on their mirrors: every way a student may write them."""

import numpy as np
import pytest

from autograder import checks
from autograder.kernel.models import ModelServer
from autograder.mirrors import mirror, record
from autograder.mirrors.arrays import npy, read_npy

pytestmark = pytest.mark.tensorflow

HEAD = [
    checks.any_of(checks.layer("Flatten"), checks.layer("GlobalAveragePooling2D")),
    checks.layer("Dense", units=6, activation="relu"),
    checks.layer("Dense", units=1, activation="sigmoid"),
]


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


class Near:
    """The other side of the boundary, in the same process: a model server, and the functions that were kept."""

    def __init__(self):
        self.kept = {}

    def keep(self, value):
        self.kept[f"f{len(self.kept)}"] = value
        return f"f{len(self.kept) - 1}"

    def call(self, handle, args, kwargs):
        return mirror(record(self.kept[handle](*args, **kwargs), self.keep), self)

    def model_facts(self, model):
        return ModelServer().answer({"op": "load"}, (model,))[0]["facts"]

    def predict(self, model, inputs):
        server = ModelServer()
        server.answer({"op": "load"}, (model,))
        head, blobs = server.answer({"op": "predict"}, (npy(inputs),))
        if "refused" in head:
            raise checks.CheckFailed(f"{head['refused']} {inputs.shape}")
        return read_npy(blobs[0])


@pytest.fixture(params=["real", "mirror"])
def seen(request):
    """A value as a test sees it: itself in the notebook, its mirror in the grader."""
    near = Near()
    return (lambda value: value) if request.param == "real" else lambda value: mirror(record(value, near.keep), near)


@pytest.fixture
def base(keras):
    made = keras.Sequential(
        [keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3), keras.layers.BatchNormalization()], name="base"
    )
    made.trainable = False
    return made


def sequential(keras, base):
    return keras.Sequential([
        base, keras.layers.Flatten(), keras.layers.Dense(6, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ])  # fmt: skip


def with_objects(keras, base):
    layers = keras.layers
    return keras.Sequential([
        keras.Input((8, 8, 3)), base, layers.GlobalAveragePooling2D(), layers.Dense(6, activation=layers.ReLU()),
        layers.Dense(1, activation=keras.activations.sigmoid),
    ])  # fmt: skip


def functional(keras, base):
    inputs = keras.Input((8, 8, 3))
    hidden = keras.layers.Flatten()(base(keras.layers.RandomFlip("horizontal")(inputs), training=False))
    hidden = keras.layers.ReLU()(keras.layers.Dense(6)(hidden))
    return keras.Model(inputs, keras.layers.Activation("sigmoid")(keras.layers.Dense(1)(hidden)))


def with_operations(keras, base):
    inputs = keras.Input((8, 8, 3))
    hidden = keras.layers.Dense(6)(keras.layers.Flatten()(base(inputs / 255.0)))
    return keras.Model(inputs, keras.ops.sigmoid(keras.layers.Dense(1)(keras.activations.relu(hidden))))


def taken_over(keras, base):
    return keras.Sequential([
        keras.Input((8, 8, 3)), *base.layers, keras.layers.Flatten(), keras.layers.Dense(6, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ])  # fmt: skip


def with_tensorflow(keras, base):
    import tensorflow as tf

    model = keras.Sequential([base, keras.layers.Flatten()])
    model.add(keras.layers.Dense(6, activation=tf.nn.relu))
    model.add(keras.layers.Dense(1, activation=tf.keras.activations.sigmoid))
    return model


WAYS = [sequential, with_objects, functional, with_operations, taken_over, with_tensorflow]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_writing_lab_1_passes(keras, base, way, seen):
    model, base = seen(way(keras, base)), seen(base)
    checks.layers("model", model, HEAD, ignore=checks.PREPROCESSING, after=base)
    checks.uses("model", model, base)
    checks.shapes("model", model, output_shape=(1,))
    flat = 4 if way is with_objects else 4 * 36
    checks.trainable_parameters("model", model, flat * 6 + 6 + 6 + 1)
    checks.frozen("base", base)


@pytest.mark.parametrize("setting", range(4))
def test_every_way_of_compiling_passes(keras, base, setting, seen):
    model = sequential(keras, base)
    losses = ["binary_crossentropy", keras.losses.BinaryCrossentropy(), keras.losses.binary_crossentropy, "bce"]
    metrics = ["binary_accuracy", keras.metrics.BinaryAccuracy(), keras.metrics.binary_accuracy, "accuracy"]
    optimizers = ["adam", keras.optimizers.Adam(1e-4), keras.optimizers.Adam(), "Adam"]
    model.compile(optimizer=optimizers[setting], loss=losses[setting], metrics=[metrics[setting]])
    model = seen(model)
    checks.compiled("model", model, optimizer="adam", loss="binary_crossentropy", metric="binary_accuracy")
    wanted = {"optimizer": keras.optimizers.Adam, "loss": losses[1], "metric": keras.metrics.BinaryAccuracy}
    checks.compiled("model", model, **wanted)


def test_keras_replaces_accuracy_by_binary_accuracy_for_one_output(keras):
    """Why ``compiled`` takes "accuracy" for "binary_accuracy", and ``Accuracy()`` not."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Activation("sigmoid")])
    x, y = np.array([[3.0], [-3.0]]), np.array([[1.0], [0.0]])
    for metric, right in (("accuracy", 1.0), ("binary_accuracy", 1.0), (keras.metrics.Accuracy(), 0.0)):
        model.compile(loss="binary_crossentropy", metrics=[metric])
        assert model.evaluate(x, y, verbose=0)[1] == right


def test_keras_pitfalls_are_told(keras, base, sentence, seen):
    model = sequential(keras, base)
    assert "no está compilado" in sentence(checks.compiled, "model", seen(model))
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True), ["accuracy"])
    model = seen(model)
    assert "from_logits" in sentence(checks.compiled, "model", model, loss="binary_crossentropy")
    assert "tercer argumento" in sentence(checks.compiled, "model", model, metric="binary_accuracy")
    unbuilt = seen(keras.Sequential([keras.layers.Dense(1)]))
    assert "Input" in sentence(checks.trainable_parameters, "model", unbuilt, 3)
    assert "?" in sentence(checks.shapes, "model", unbuilt, input_shape=(3,))


def test_freezing_after_the_fact_and_layer_by_layer_count(base, sentence, seen):
    base.trainable = True
    assert "120" in sentence(checks.frozen, "base", seen(base))  # 3·3·3·4 + 4 and gamma and beta of 4
    for layer in base.layers:
        layer.trainable = False
    checks.frozen("base", seen(base))


def test_a_digest_survives_freezing_and_saving(keras, base, tmp_path, sentence, seen):
    before = checks.weights_digest(base)
    base.trainable = True
    base.save(tmp_path / "base.keras")
    checks.same_weights("base", seen(keras.saving.load_model(tmp_path / "base.keras")), before)
    base.layers[0].bias.assign(np.ones(4))
    assert "ya no son" in sentence(checks.same_weights, "base", seen(base), before)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda k: k.layers.MaxPool2D(), checks.layer("MaxPool2D", pool_size=2)),
        (lambda k: k.layers.RandomContrast(0.1), checks.layer("RandomContrast", factor=0.1)),
        (lambda k: k.layers.RandomRotation(0.1), checks.layer("RandomRotation", factor=0.1)),
        (lambda k: k.layers.RandomFlip("horizontal"), checks.layer("RandomFlip", mode="horizontal")),
        (lambda k: k.layers.Conv2D(64, 3, activation="relu", padding="same"),
         checks.layer("Conv2D", filters=64, kernel_size=3, activation="relu", padding="same")),
        (lambda k: k.layers.Dropout(0.2), checks.layer("Dropout", rate=0.2)),
    ],
)  # fmt: skip
def test_layers_of_all_six_lessons_are_recognised(keras, made, expected, seen):
    checks.layers("model", seen(keras.Sequential([keras.Input((8, 8, 3)), made(keras)])), [expected])


def test_tensors_histories_and_predictions_of_the_real_kind(keras, sentence, seen):
    import tensorflow as tf

    image = tf.random.uniform((1, 9, 9, 1))
    kernel = tf.constant([[-1.0, 0, 1]] * 3)
    filtered = tf.nn.conv2d(image, kernel[:, :, None, None], strides=1, padding="VALID")
    checks.array("filtrada", seen(filtered), shape=(1, 7, 7, 1), dtype="float32")
    checks.close("filtrada", seen(filtered)[0, :, :, 0], checks.convolve2d(image[0, :, :, 0], kernel))
    checks.kernel_sums_to("kernel", seen(kernel), 0)
    checks.is_function("conv2d", seen(tf.nn.conv2d), named="conv2d")
    checks.agrees("detectar", seen(tf.nn.relu), checks.relu, [(np.array([[-1.0, 2.0]]),)])
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", metrics=["binary_accuracy"])
    x, y = np.zeros((4, 2)), np.ones((4, 1))
    history = seen(model.fit(x, y, validation_data=(x, y), epochs=2, verbose=0))
    model = seen(model)
    checks.curves("history", history, ("loss", "val_binary_accuracy"), epochs=2)
    scores = checks.scores("model", model, x)
    checks.probabilities("predicciones", scores)
    assert checks.accuracy(scores, y) in (0.0, 1.0)
    assert "(4, 5)" in sentence(checks.scores, "model", model, np.zeros((4, 5)))
