"""The words a test is written with: light, NumPy only, for a real value and its mirror alike."""

from __future__ import annotations

from autograder.checks.accuracy import Credit, accuracy, graded_accuracy, probabilities, scores
from autograder.checks.architecture import layers, shapes
from autograder.checks.arrays import array, close
from autograder.checks.compiling import compiled
from autograder.checks.exhibits import collecting, exhibit_confusion, exhibit_curves, exhibit_pictures
from autograder.checks.expected import any_of, layer
from autograder.checks.failure import CheckFailed
from autograder.checks.figures import labelled, lines, pictures
from autograder.checks.functions import agrees, case
from autograder.checks.hidden import hidden_data, setting
from autograder.checks.kernels import kernel_sums_to, responds_to, response
from autograder.checks.parts import PREPROCESSING, REGULARIZATION
from autograder.checks.patterns import bar, checker, edge, ramp
from autograder.checks.references import conv2d, convolve2d, max_pool, output_size, receptive_field, relu
from autograder.checks.text import written
from autograder.checks.training import curves
from autograder.checks.values import choice, equal, is_function, number
from autograder.checks.weights import (
    digest_of,
    frozen,
    parameters,
    same_weights,
    trainable_parameters,
    unfrozen,
    uses,
    weights_digest,
)

__all__ = [
    "PREPROCESSING",
    "REGULARIZATION",
    "CheckFailed",
    "Credit",
    "accuracy",
    "agrees",
    "any_of",
    "array",
    "bar",
    "case",
    "checker",
    "choice",
    "close",
    "collecting",
    "compiled",
    "conv2d",
    "convolve2d",
    "curves",
    "digest_of",
    "edge",
    "equal",
    "exhibit_confusion",
    "exhibit_curves",
    "exhibit_pictures",
    "frozen",
    "graded_accuracy",
    "hidden_data",
    "is_function",
    "kernel_sums_to",
    "labelled",
    "layer",
    "layers",
    "lines",
    "max_pool",
    "number",
    "output_size",
    "parameters",
    "pictures",
    "probabilities",
    "ramp",
    "receptive_field",
    "relu",
    "responds_to",
    "response",
    "same_weights",
    "scores",
    "setting",
    "shapes",
    "trainable_parameters",
    "unfrozen",
    "uses",
    "weights_digest",
    "written",
]
