"""Architectures from stand-ins: what counts as the same model, and how a difference is told."""

import pytest

from autograder import checks

HEAD = [
    checks.any_of(checks.layer("Flatten"), checks.layer("GlobalAveragePooling2D")),
    checks.layer("Dense", units=6, activation="relu"),
    checks.layer("Dense", units=1, activation="sigmoid"),
]


def base(f, **more):
    return f.model(f.layer("Conv2D", parameters=100), f.layer("BatchNormalization", parameters=8), name="base", **more)


def head(f):
    return [f.layer("Flatten"), f.dense(6, "relu"), f.dense(1, "sigmoid")]


@pytest.mark.parametrize(
    "model",
    [
        lambda f: f.model(base(f), *head(f)),
        lambda f: f.model(f.layer("InputLayer"), base(f), *head(f)),
        lambda f: f.model(f.layer("Rescaling"), f.layer("RandomFlip"), base(f), *head(f)),
        lambda f: f.model(*base(f).layers, *head(f)),
        lambda f: f.model(base(f), f.layer("GlobalAveragePooling2D"), f.layer("Flatten"), *head(f)[1:]),
        lambda f: f.model(base(f), f.layer("Flatten"), f.dense(6), f.layer("ReLU"), f.dense(1, "sigmoid")),
        lambda f: f.model(base(f), f.layer("Flatten"), f.dense(6), f.layer("Activation", activation="relu"),
                          f.dense(1), f.layer("Activation", activation="sigmoid")),
        lambda f: f.model(base(f), f.layer("Flatten"), f.dense(6, {"class_name": "function", "config": "relu"}),
                          f.dense(1, {"class_name": "Sigmoid", "config": {}})),
        lambda f: f.model(base(f), f.layer("Flatten"), f.dense(6, {"class_name": "ReLU", "config": {}}),
                          f.dense(1, "sigmoid"), f.layer("Activation", activation="linear")),
    ],
)  # fmt: skip
def test_equivalent_ways_of_writing_a_model_pass(fake, model):
    checks.layers("model", model(fake), HEAD, ignore=checks.PREPROCESSING, after=base(fake))


@pytest.mark.parametrize(
    ("layers", "facts"),
    [
        (lambda f: [f.layer("Flatten"), f.dense(6, "relu")], ["2 capas", "`Flatten`, `Dense`", "3"]),
        (lambda f: [f.layer("Flatten")], ["1 capa ", "se esperaban 3"]),
        (lambda f: [f.layer("Flatten"), f.dense(6, "relu"), f.dense(1, "relu")],
         ["La última capa de `model` tiene activación `relu`; para responder sí o no con una probabilidad se usa "
          "`sigmoid`."]),
        (lambda f: [f.layer("Flatten"), f.dense(6, "relu"), f.dense(1)], ["La última capa", "no tiene activación"]),
        (lambda f: [f.layer("Flatten"), f.dense(6), f.dense(1, "sigmoid")], ["La capa 2", "`relu`", "una sola"]),
        (lambda f: [f.layer("Flatten"), f.dense(6, "tanh"), f.dense(1, "sigmoid")], ["`tanh`", "`relu`"]),
        (lambda f: [f.layer("Flatten"), f.dense(8, "relu"), f.dense(1, "sigmoid")],
         ["La capa 2", "`Dense`", "`units=8`", "`units=6`"]),
        (lambda f: [f.layer("Flatten"), f.layer("Dropout"), f.dense(1, "sigmoid")], ["`Dropout`", "units=6"]),
        (lambda f: [f.layer("MaxPooling2D"), f.dense(6, "relu"), f.dense(1, "sigmoid")],
         ["La capa 1", "`MaxPooling2D`", "`Flatten` o `GlobalAveragePooling2D`"]),
        (lambda f: [f.layer("Flatten"), f.layer("ReLU", negative_slope=0.1), f.dense(1, "sigmoid")],
         ["Activation('relu?')"]),
        (lambda _f: [], ["0 capas"]),
    ],
)  # fmt: skip
def test_a_difference_is_told_by_place_with_what_is_and_what_was_expected(sentence, fake, layers, facts):
    said = sentence(checks.layers, "model", fake.model(*layers(fake)), HEAD)
    assert all(fact in said for fact in facts), said


def test_after_a_base_places_are_counted_from_it(sentence, fake):
    model = fake.model(base(fake), fake.layer("Flatten"), fake.dense(7, "relu"), fake.dense(1, "sigmoid"))
    said = sentence(checks.layers, "model", model, HEAD, after=base(fake))
    assert said.startswith("La capa 2 de `model` después de la base")
    said = sentence(checks.layers, "model", fake.model(base(fake)), HEAD, after=base(fake))
    assert said.startswith("Después de la base, `model` tiene 0 capas")


@pytest.mark.parametrize(
    ("expected", "config"),
    [
        (checks.layer("Conv2D", filters=64, kernel_size=3, padding="SAME"),
         {"filters": 64, "kernel_size": (3, 3), "padding": "same"}),
        (checks.layer("Conv2D", kernel_size=(3, 5)), {"kernel_size": [3, 5]}),
        (checks.layer("Convolution2D", filters={32, 64}), {"filters": 32}),
        (checks.layer("Conv2D", rate=0.1), {"rate": 0.1 + 1e-12}),
        (checks.layer("Conv2D", activation={"relu", "elu"}), {"activation": "elu"}),
        (checks.layer("Conv2D", factor=0.1), {"factor": (-0.1, 0.1)}),
        (checks.layer("Conv2D", factor=0.1), {"factor": (0, 0.1)}),
    ],
)  # fmt: skip
def test_settings_are_compared_as_keras_understands_them(fake, expected, config):
    checks.layers("model", fake.model(fake.layer("Conv2D", **config)), [expected])


@pytest.mark.parametrize(
    ("expected", "config", "facts"),
    [
        (checks.layer("Conv2D", kernel_size=3), {"kernel_size": (3, 5)}, ["kernel_size=(3, 5)", "kernel_size=3"]),
        (checks.layer("Conv2D", filters={32, 64}), {"filters": 16}, ["filters=16", "32", "64"]),
        (checks.layer("Conv2D", factor=0.1), {"factor": (-0.2, 0.1)}, ["factor=(-0.2, 0.1)"]),
        (checks.layer("Conv2D", units=1), {"units": True}, ["units=True"]),
        (checks.layer("Conv2D", activation="softmax"), {"activation": "sigmoid"}, ["varias clases", "`softmax`"]),
    ],
)
def test_a_wrong_setting_is_told_with_both_values(sentence, fake, expected, config, facts):
    said = sentence(checks.layers, "model", fake.model(fake.layer("Conv2D", **config)), [expected])
    assert all(fact in said for fact in facts), said


def test_an_expected_activation_layer_is_an_activation(fake):
    expected = [checks.layer("Dense", units=6), checks.layer("ReLU")]
    checks.layers("model", fake.model(fake.dense(6, "relu")), expected)
    checks.layers("model", fake.model(fake.dense(6), fake.layer("ReLU")), expected)
    after_norm = [checks.layer("BatchNormalization"), checks.layer("ReLU")]
    checks.layers("model", fake.model(fake.layer("BatchNormalization"), fake.layer("ReLU")), after_norm)


@pytest.mark.parametrize(
    ("value", "facts"), [(None, ["vacío"]), (3, ["`int`", "modelo de Keras"]), (dict, ["clase `dict`", "dict(...)"])]
)
def test_what_is_no_model_is_told_so(sentence, value, facts):
    for check in (lambda name, model: checks.layers(name, model, HEAD), checks.frozen, checks.compiled):
        said = sentence(check, "model", value)
        assert all(fact in said for fact in ["`model`", *facts]), said


def test_shapes_leave_the_batch_out(sentence, fake):
    model = fake.model(fake.dense(1))
    checks.shapes("model", model, input_shape=(8, None, 3), output_shape=(1,))
    said = sentence(checks.shapes, "model", model, input_shape=(32, 32, 3))
    assert "(8, 8, 3)" in said
    assert "(32, 32, 3)" in said
    assert "(2,)" in sentence(checks.shapes, "model", model, output_shape=(2,))
    del model.input_shape
    assert "?" in sentence(checks.shapes, "model", model, input_shape=(8, 8, 3))
