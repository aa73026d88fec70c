"""A student's function against a reference: what is told, and what never is."""

import numpy as np
import pytest

from autograder import checks

SECRET = 48151.625
HIDDEN = np.full((5, 7), SECRET)


def right(image, kernel):
    return [[float((image[i : i + 2, j : j + 2] * kernel).sum()) for j in range(6)] for i in range(4)]


def flipped(image, kernel):
    return checks.convolve2d(image, np.asarray(kernel)[::-1, ::-1])


def shouting(image, _kernel):
    raise ValueError(f"{image}")


def greedy(image, kernel):
    found = checks.convolve2d(image, kernel)
    image[:] = 0
    return found


CASES = [(HIDDEN, np.array([[1.0, 2], [3, 4]])), checks.case("una imagen que no es cuadrada", HIDDEN, np.ones((2, 2)))]


def agree(function, cases=CASES, **more):
    checks.agrees("convolve2d", function, checks.convolve2d, cases, **more)


@pytest.mark.parametrize("function", [checks.convolve2d, right, greedy])
def test_a_function_right_on_every_case_passes(function):
    agree(function)
    assert (HIDDEN == SECRET).all()  # a function that writes into its input spoils its own copy only


@pytest.mark.parametrize(
    ("function", "facts"),
    [
        (shouting, ["`convolve2d`", "`ValueError`", "float64(5, 7), float64(2, 2)"]),
        (lambda image, kernel: None, ["no devolvió nada", "return"]),  # noqa: ARG005
        (lambda image, kernel: "x", ["`convolve2d(…)`", "`str`"]),  # noqa: ARG005
        (lambda image, kernel: image, ["forma (5, 7)", "(4, 6)"]),  # noqa: ARG005
        (lambda image, kernel: image[:4, :6], ["otros valores"]),  # noqa: ARG005
        (lambda image, kernel: checks.convolve2d(image, kernel) * np.nan, ["otros valores"]),
        (lambda image: image, ["`TypeError`"]),
        (None, ["vacío"]),
        (3, ["`int`", "función"]),
    ],
)
def test_a_wrong_function_is_told_the_kind_of_case_and_never_the_input(sentence, function, facts):
    said = sentence(agree, function)
    assert all(fact in said for fact in facts), said
    assert "48151" not in said


def test_float32_sums_kept_in_float64_are_still_right():
    def stored(image, kernel):
        found = np.zeros((image.shape[0] - 1, image.shape[1] - 1))
        for i, j in np.ndindex(*found.shape):
            found[i, j] = np.sum(image[i : i + 2, j : j + 2] * kernel)
        return found

    random = np.random.default_rng(7)
    image = random.uniform(0, 255, (9, 9)).astype(np.float32)
    agree(stored, [(image, np.array([[0.1, -0.3], [0.7, -0.5]], np.float32))])


def test_counts_are_exact_whatever_the_inputs(sentence):
    images = [(np.zeros((200, 300), np.float32),)]
    checks.agrees("contar", np.size, np.size, images)
    assert "otros valores" in sentence(checks.agrees, "contar", lambda image: image.size + 1, np.size, images)


def test_a_labelled_case_is_told_by_its_label(sentence):
    assert "una imagen que no es cuadrada" in sentence(agree, shouting, CASES[1:])


def test_a_placeholder_is_told_from_an_error(sentence):
    def todo(_image, _kernel):
        raise NotImplementedError

    assert "todavía no está escrita" in sentence(agree, todo)


def test_a_known_mistake_is_named(sentence):
    images = [(np.arange(35.0).reshape(5, 7), np.array([[1.0, 2], [3, 4]]))]
    mistakes = {"Parece que giraste el kernel.": flipped, "Otra cosa.": shouting}
    assert sentence(agree, flipped, images, mistakes=mistakes).endswith("Parece que giraste el kernel.")
    other = sentence(agree, lambda image, kernel: checks.convolve2d(image, kernel) + 1, images, mistakes=mistakes)
    assert "giraste" not in other


def test_an_error_of_ours_speaks_for_itself():
    def mirror(*_args):
        raise checks.CheckFailed("tardó demasiado")

    with pytest.raises(checks.CheckFailed, match=r"^tardó demasiado$"):
        agree(mirror)


def test_kinds_of_other_arguments_are_their_types(sentence):
    said = sentence(checks.agrees, "f", lambda *_: 0.0, lambda *_: 1.0, [(3, "hola", [1, 2])])
    assert "int, str, int64(2,)" in said
    assert "hola" not in said
