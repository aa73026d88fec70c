"""Training curves."""

from types import SimpleNamespace

import pytest

from autograder import checks

KEPT = {"loss": [0.9, 0.5, 0.4], "val_loss": [1.0, 0.7, 0.6], "binary_accuracy": [0.5, 0.6, 0.7]}
HISTORY = SimpleNamespace(history=KEPT, epoch=[0, 1, 2])


@pytest.mark.parametrize("history", [HISTORY, KEPT])
def test_curves_of_the_epochs_asked_pass(history):
    checks.curves("history", history, ("loss", "val_loss", ("accuracy", "binary_accuracy")), epochs=3)
    checks.curves("history", history, at_least_epochs=2)


@pytest.mark.parametrize(
    ("history", "wanted", "facts"),
    [
        (None, {}, ["vacío"]),
        ([1, 2], {}, ["`list`", "fit"]),
        ({}, {}, ["ninguna curva"]),
        ({"loss": [0.9]}, {}, ["`val_loss`", "`loss`", "validation_data"]),
        (HISTORY, {"keys": ("auc",)}, ["`auc`", "`loss`, `val_loss`, `binary_accuracy`"]),
        (HISTORY, {"epochs": 5}, ["`loss`", "3 épocas", "5"]),
        ({"loss": [0.1], "val_loss": [0.1]}, {"epochs": 5}, ["1 época;"]),
        (HISTORY, {"at_least_epochs": 4}, ["3 épocas", "4"]),
        ({"loss": [0.9, float("nan")], "val_loss": [1, 2]}, {}, ["`loss`", "época 2", "tasa de aprendizaje"]),
    ],
)
def test_a_training_that_lacks_something_is_told_what(sentence, history, wanted, facts):
    said = sentence(checks.curves, "history", history, **wanted)
    assert all(fact in said for fact in facts), said
