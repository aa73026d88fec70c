"""A figure's mirror answers matplotlib's getters with the same texts and numbers."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest

from autograder.mirrors import MirrorError, mirror, record


@pytest.fixture
def figure():
    mpl.use("agg")
    from matplotlib import pyplot as plt

    made, axes = plt.subplots(2, 2)
    axes[0, 0].plot([3.0, 2.0, 1.0], label="loss")
    axes[0, 0].plot([1, 2], [5, 6], label="val_loss")
    axes[0, 0].set(title="Curvas", xlabel="época", ylabel="pérdida")
    axes[0, 0].legend()
    axes[0, 1].imshow(np.arange(16).reshape(4, 4))
    axes[0, 1].axis("off")
    axes[1, 0].bar(["a", "b"], [1, 2])
    axes[1, 1].scatter([1, 2], [3, 4])
    made.suptitle("Todo")
    yield made
    plt.close(made)


def mirrored(value):
    return mirror(record(value, str), None)


def test_texts_and_numbers_are_the_figures_own(figure):
    found = mirrored(figure)
    assert found.get_suptitle() == "Todo"
    curves, picture, bars, points = found.axes
    assert (curves.get_title(), curves.get_xlabel(), curves.get_ylabel()) == ("Curvas", "época", "pérdida")
    assert [line.get_label() for line in curves.lines] == ["loss", "val_loss"]
    assert curves.get_lines()[1].get_xdata().tolist() == [1, 2]
    assert curves.get_lines()[0].get_ydata().tolist() == [3, 2, 1]
    assert [text.get_text() for text in curves.get_legend().get_texts()] == ["loss", "val_loss"]
    handles, labels = curves.get_legend_handles_labels()
    assert (handles, labels) == (curves.lines, ["loss", "val_loss"])
    assert curves.get_xlim() == pytest.approx(figure.axes[0].get_xlim())
    np.testing.assert_array_equal(picture.images[0].get_array(), np.arange(16).reshape(4, 4))
    assert (picture.axison, picture.get_legend()) == (False, None)
    assert [bar.get_height() for bar in bars.patches] == [1, 2]
    assert points.collections[0].get_offsets().tolist() == [[1, 3], [2, 4]]


def test_a_figure_carries_its_picture(figure):
    assert mirrored(figure).png.startswith(b"\x89PNG\r\n\x1a\n")


def test_axes_alone_and_arrays_of_axes_cross(figure):
    assert mirrored(figure.axes[0]).get_title() == "Curvas"
    grid = np.array(figure.axes, dtype=object).reshape(2, 2)
    assert mirrored(grid)[0, 0].get_title() == "Curvas"


def test_an_enormous_figure_or_line_crosses_without_its_data(figure):
    figure.axes[0].plot(np.zeros(2_000_000))
    figure.set_size_inches(1000, 1000)
    found = mirrored(figure)
    assert found.png == b""
    with pytest.raises(MirrorError):
        found.axes[0].lines[2].get_ydata()


def test_a_figure_that_cannot_be_drawn_still_has_its_texts(figure):
    figure.axes[0].set_title("$\\frac{$")
    found = mirrored(figure)
    assert (found.png, found.axes[0].get_title()) == (b"", "$\\frac{$")
