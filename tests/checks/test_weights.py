"""Weights: frozen, counted, unchanged."""

import numpy as np
import pytest

from autograder import checks


def base(f, **more):
    return f.model(f.layer("Conv2D", parameters=100), f.layer("BatchNormalization", parameters=8), name="base", **more)


def quiet_layers(f):
    model = base(f)
    for layer in model.layers:
        layer.trainable = False
    return model


@pytest.mark.parametrize("model", [lambda f: base(f, trainable=False), quiet_layers, lambda f: f.model()])
def test_a_frozen_model_is_frozen_as_a_whole_or_layer_by_layer(fake, model):
    checks.frozen("base", model(fake))


def test_a_model_that_would_learn_is_told_how_much(sentence, fake):
    said = sentence(checks.frozen, "base", base(fake))
    assert "104" in said  # the two moving statistics of 4 in 8 do not learn
    assert "base.trainable = False" in said
    checks.unfrozen("base", base(fake))
    assert "trainable = True" in sentence(checks.unfrozen, "base", base(fake, trainable=False))


def test_trainable_parameters_are_counted(sentence, fake):
    model = fake.model(base(fake, trainable=False), fake.dense(6, parameters=60), fake.dense(1, parameters=7))
    checks.trainable_parameters("model", model, 67)
    checks.parameters("model", model, 175)
    more, fewer = (sentence(checks.trainable_parameters, "model", model, count) for count in (60, 70))
    assert "67" in more
    assert "60" in more
    assert "base" in more
    assert "de más" in fewer
    assert "175" in sentence(checks.parameters, "model", model, 1)
    model.built = False
    assert "Input" in sentence(checks.trainable_parameters, "model", model, 67)


def test_weights_are_the_same_bit_for_bit(sentence, fake):
    checks.same_weights("base", base(fake), base(fake))
    checks.same_weights("base", base(fake, digest="a" * 64), "a" * 64)
    assert "ya no son" in sentence(checks.same_weights, "base", base(fake, digest="b" * 64), base(fake))


def test_a_digest_sees_values_shapes_types_and_order():
    one, two = np.arange(6, dtype=np.float32), np.zeros(2, np.float32)
    assert checks.digest_of([one, two]) == checks.digest_of([one.copy(), two.astype(">f4")])
    others = [[two, one], [one.reshape(2, 3), two], [one.astype(np.float64), two], [one + 1, two], [one]]
    digests = {checks.digest_of(arrays) for arrays in [[one, two], *others]}
    assert len(digests) == 6
    assert checks.digest_of([np.float32(1)]) != checks.digest_of([np.ones(1, np.float32)])


def test_a_model_uses_a_base_as_a_layer_or_layer_by_layer(sentence, fake):
    checks.uses("model", fake.model(base(fake), fake.dense(1)), base(fake))
    checks.uses("model", fake.model(*base(fake).layers, fake.dense(1)), base(fake))
    assert "primera capa" in sentence(checks.uses, "model", fake.model(fake.dense(1)), base(fake))
    other = fake.model(base(fake, digest="f" * 64), fake.dense(1))
    assert "no es `base`" in sentence(checks.uses, "model", other, base(fake))
