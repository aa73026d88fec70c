"""TensorFlow, warm: imported once by the zygote, and at work in a jail within a fraction of a cold import."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from jail_talk import ask, snippets_job, snippets_zygote

from autograder.jail import Zygote

pytestmark = [pytest.mark.jail, pytest.mark.tensorflow]

FIT_AND_SAVE = """
import sys
began = set(sys.modules)
import numpy as np
import tensorflow as tf
images = np.random.default_rng(0).random((32, 8, 8, 1), dtype=np.float32)
data = tf.data.Dataset.from_tensor_slices((images, np.arange(32) % 2)).batch(8).cache().prefetch(tf.data.AUTOTUNE)
model = tf.keras.Sequential([
    tf.keras.layers.Input((8, 8, 1)), tf.keras.layers.Conv2D(2, 3, activation="relu"),
    tf.keras.layers.Flatten(), tf.keras.layers.Dense(1, activation="sigmoid"),
])
model.compile("adam", "binary_crossentropy", metrics=["binary_accuracy"])
history = model.fit(data, epochs=2, validation_data=data, verbose=0)
model.save("/jail/model.keras")
again = tf.keras.models.load_model("/jail/model.keras")
print(sorted(history.history), np.allclose(model.predict(images, verbose=0), again.predict(images, verbose=0)))
"""
DRAW = """
import matplotlib.pyplot as plt
plt.plot([1, 2, 3], label="pérdida"); plt.legend(); plt.savefig("/jail/figure.png")
print(open("/jail/figure.png", "rb").read(4))
"""
REST_OF_A_NOTEBOOK = r"""
import asyncio, multiprocessing, sqlite3, subprocess, sys, threading
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
print(shell.run_cell("%time 1 + 1").result, shell.run_cell("!echo hola").success)
print(subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True, text=True).stdout.strip())
print(multiprocessing.get_context("fork").Pool(2).map(abs, [-1, -2]), multiprocessing.Value("i", 3).value)
database = sqlite3.connect("/jail/notes.db")
database.execute("create table notes (text)"); database.commit()
async def hello():
    process = await asyncio.create_subprocess_exec("echo", "hola", stdout=subprocess.PIPE)
    return (await process.communicate())[0]
print(asyncio.run(hello()))
"""


@pytest.fixture(scope="module")
def tensorflow_zygote() -> Iterator[Zygote]:
    with snippets_zygote("tensorflow", "numpy", "matplotlib", "IPython") as zygote:
        yield zygote


def test_a_model_is_built_fitted_saved_and_loaded(tensorflow_zygote: Zygote) -> None:
    with tensorflow_zygote.spawn(snippets_job(memory_bytes=1 << 30)) as jail:
        answer = ask(jail, FIT_AND_SAVE)
        assert answer.raised is None
        assert answer.printed.endswith("['binary_accuracy', 'loss', 'val_binary_accuracy', 'val_loss'] True\n")
        late = "print(len([name for name in set(sys.modules) - began if name.startswith(('keras', 'tensorflow'))]))"
        assert int(ask(jail, late).printed) < 20  # what the zygote left for the first use
        assert "PNG" in ask(jail, DRAW).printed


def test_what_notebooks_do_besides_works(tensorflow_zygote: Zygote) -> None:
    with tensorflow_zygote.spawn(snippets_job(memory_bytes=1 << 30)) as jail:
        answer = ask(jail, REST_OF_A_NOTEBOOK)
    assert answer.raised is None
    assert "2 True\n42\n[1, 2] 3\n" in answer.printed
    assert answer.printed.endswith("b'hola\\n'\n")


def test_a_jail_with_tensorflow_is_ready_long_before_a_cold_import_is(tensorflow_zygote: Zygote) -> None:
    assert tensorflow_zygote.ready["threads"] == 1
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        with tensorflow_zygote.spawn(snippets_job()) as jail:
            assert ask(jail, "import tensorflow; print(tensorflow.__name__)").printed == "tensorflow\n"
            seconds.append(time.perf_counter() - began)
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import tensorflow"], check=True, capture_output=True)
    assert sorted(seconds)[2] < (time.perf_counter() - began) / 5


def test_the_zygote_itself_never_started_the_runtime_of_tensorflow(tensorflow_zygote: Zygote) -> None:
    with tensorflow_zygote.spawn(snippets_job()) as jail:
        look = "from tensorflow.python.eager import context; print(context.context()._initialized)"
        assert ask(jail, look).printed == "False\n"
