"""Compile settings, whichever way they were given."""

import pytest

from autograder import checks

WANTED = {"optimizer": "adam", "loss": "binary_crossentropy", "metric": "binary_accuracy"}


class Adam:
    """Stands for a class or an object of it."""


def binary_crossentropy():
    """Stands for Keras' function."""


def keras_object(kind, **config):
    return {"module": "keras", "class_name": kind, "config": config, "registered_name": None}


FUNCTION = {"module": "builtins", "class_name": "function", "config": "binary_crossentropy"}
OPTIMIZER = keras_object("Adam", learning_rate=1e-4)


def compiled(f, last="sigmoid", **settings):
    whole = {"optimizer": OPTIMIZER, "loss": "binary_crossentropy", "metrics": ["binary_accuracy"], **settings}
    return f.model(f.dense(1, last), compile_config=whole)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"optimizer": "Adam"},
        {"loss": "bce"},
        {"loss": ["binary_crossentropy"]},
        {"loss": keras_object("BinaryCrossentropy", from_logits=False)},
        {"loss": FUNCTION},
        {"metrics": [keras_object("BinaryAccuracy", threshold=0.5)]},
        {"metrics": [["auc", "binary_accuracy"]]},
        {"metrics": {"salida": "accuracy"}},
        {"metrics": ["acc"]},
        {"loss": keras_object("BinaryCrossentropy", from_logits=True), "last": "linear"},
    ],
)
def test_equivalent_settings_pass(fake, settings):
    checks.compiled("model", compiled(fake, **settings), **WANTED)


@pytest.mark.parametrize("wanted", [Adam, Adam(), {"adam", "rmsprop"}, "Adam"])
def test_what_is_wanted_may_be_a_name_a_class_an_object_or_a_set(fake, wanted):
    checks.compiled("model", compiled(fake), optimizer=wanted, loss=binary_crossentropy)


@pytest.mark.parametrize(
    ("settings", "facts"),
    [
        ({"optimizer": keras_object("SGD")}, ["`sgd`", "`adam`"]),
        ({"optimizer": keras_object("RMSprop")}, ["`rmsprop`"]),
        ({"loss": "mse"}, ["`mean_squared_error`", "`binary_crossentropy`"]),
        ({"loss": None}, ["sin función de pérdida"]),
        ({"loss": keras_object("CategoricalCrossentropy")}, ["`categorical_crossentropy`"]),
        ({"loss": keras_object("BinaryCrossentropy", from_logits=True)}, ["from_logits=True", "`sigmoid`"]),
        ({"metrics": None}, ["sin métricas", "`binary_accuracy`"]),
        ({"metrics": None, "loss_weights": ["binary_accuracy"]}, ["tercer argumento", "metrics=[...]"]),
        ({"metrics": ["auc"]}, ["mide `auc`", "`binary_accuracy`"]),
        ({"metrics": [keras_object("Accuracy")]}, ["`Accuracy()`", "0.97"]),
    ],
)
def test_a_wrong_setting_is_told_beside_the_one_expected(sentence, fake, settings, facts):
    said = sentence(checks.compiled, "model", compiled(fake, **settings), **WANTED)
    assert all(fact in said for fact in ["`model`", *facts]), said


@pytest.mark.parametrize("never", [None, {}])
def test_a_model_never_compiled_is_told_so(sentence, fake, never):
    assert "model.compile(...)" in sentence(checks.compiled, "model", fake.model(compile_config=never))


def test_accuracy_can_be_refused(sentence, fake):
    model = compiled(fake, metrics=["accuracy"])
    checks.compiled("model", model, metric="binary_accuracy")
    assert "`accuracy`" in sentence(checks.compiled, "model", model, metric="binary_accuracy", accept=())
