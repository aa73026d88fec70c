"""The references agree with SciPy, with TensorFlow, and with what the formulas promise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import signal

from autograder import checks

NUMBERS = st.floats(-100, 100, width=32)
SIDES = st.integers(1, 9)


@st.composite
def images_and_kernels(draw):
    height, width = draw(SIDES), draw(SIDES)
    kernel = draw(st.integers(1, height)), draw(st.integers(1, width))
    return (
        draw(arrays.arrays(np.float32, (height, width), elements=NUMBERS)),
        draw(arrays.arrays(np.float32, kernel, elements=NUMBERS)),
    )


@given(images_and_kernels())
def test_convolve2d_is_scipys_valid_correlation(pair):
    image, kernel = (array.astype(np.float64) for array in pair)
    want = signal.correlate2d(image, kernel, mode="valid")
    assert checks.convolve2d(*pair).dtype == np.float32
    np.testing.assert_allclose(checks.convolve2d(image, kernel), want, rtol=1e-9, atol=1e-6)


@given(images_and_kernels())
def test_conv2d_of_one_channel_is_convolve2d(pair):
    image, kernel = pair
    found = checks.conv2d(image[None, :, :, None], kernel[:, :, None, None])
    np.testing.assert_allclose(found[0, :, :, 0], checks.convolve2d(image, kernel))


def test_convolve2d_does_not_flip_the_kernel():
    image = np.arange(9.0).reshape(3, 3)
    assert checks.convolve2d(image, [[1, 0], [0, 0]])[0, 0] == 0
    assert checks.convolve2d(image, [[0, 0], [0, 1]])[0, 0] == 4


def test_small_integers_do_not_wrap_round():
    image = np.full((4, 4), 200, np.uint8)
    assert checks.convolve2d(image, np.ones((2, 2), np.uint8)).max() == 800


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: checks.convolve2d(np.zeros((3, 3, 1)), np.zeros((2, 2))), "2 axes"),
        (lambda: checks.convolve2d(np.zeros((2, 2)), np.zeros((3, 3))), "window"),
        (lambda: checks.conv2d(np.zeros((1, 4, 4, 3)), np.zeros((2, 2, 1, 5))), "channels"),
        (lambda: checks.conv2d(np.zeros((4, 4)), np.zeros((2, 2))), "4 axes"),
        (lambda: checks.max_pool(np.zeros(4)), "2 or 4 axes"),
        (lambda: checks.max_pool(np.zeros((4, 4)), padding="full"), "full"),
    ],
)
def test_references_refuse_what_they_cannot_do(call, said):
    with pytest.raises(ValueError, match=said):
        call()


def test_max_pooling_condenses_and_keeps_the_largest():
    values = np.array([[1, 2, 5], [3, 4, 6], [7, 8, 9]], np.int16)
    np.testing.assert_array_equal(checks.max_pool(values, 2), [[4]])
    np.testing.assert_array_equal(checks.max_pool(values, 2, padding="same"), [[4, 6], [8, 9]])
    np.testing.assert_array_equal(checks.max_pool(values, 2, strides=1), [[4, 6], [8, 9]])
    assert checks.max_pool(values).dtype == np.int16


@given(arrays.arrays(np.float32, (6, 4), elements=NUMBERS))
def test_relu_keeps_positives_and_silences_negatives(values):
    found = checks.relu(values)
    assert found.dtype == values.dtype
    assert ((found == values) | ((found == 0) & (values < 0))).all()


def test_relu_keeps_nan():
    assert np.isnan(checks.relu([np.nan])).all()


@pytest.mark.parametrize(
    ("layers", "field"), [([(3, 1), (3, 1)], 5), ([(3, 1)] * 3, 7), ([(3, 1), (2, 2), (3, 1)], 8), ([], 1)]
)
def test_receptive_field_grows_with_depth_and_stride(layers, field):
    assert checks.receptive_field(layers) == field


@given(st.integers(1, 40), st.integers(1, 7), st.integers(1, 4), st.sampled_from(["valid", "same", "SAME"]))
def test_output_size_counts_the_places_of_a_window(size, window, stride, padding):
    if padding == "valid" and window > size:
        assert checks.output_size(size, window, stride, padding) == 0
    else:
        pooled = checks.max_pool(np.zeros((size, size)), window, stride, padding)
        assert pooled.shape == (checks.output_size(size, window, stride, padding),) * 2


@pytest.mark.tensorflow
@settings(max_examples=40, deadline=None)
@given(
    st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 3), st.integers(1, 3)),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.sampled_from(["VALID", "SAME"]),
    st.integers(0, 2**31),
)
def test_conv2d_and_max_pool_are_tensorflows(sizes, window, strides, padding, seed):
    import tensorflow as tf

    height, width, channels, filters = sizes
    if window[0] > height or window[1] > width:
        return  # VALID has no place for it, and TensorFlow's SAME now and then reads past so small a picture (NaN)
    random = np.random.default_rng(seed)
    images = random.normal(size=(2, height, width, channels)).astype(np.float32)
    kernels = random.normal(size=(*window, channels, filters)).astype(np.float32)
    want = tf.nn.conv2d(images, kernels, strides=strides, padding=padding).numpy()
    np.testing.assert_allclose(checks.conv2d(images, kernels, strides, padding), want, atol=1e-4)
    want = tf.nn.max_pool2d(images, window, strides, padding).numpy()
    np.testing.assert_array_equal(checks.max_pool(images, window, strides, padding), want)
