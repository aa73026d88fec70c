"""Cells run as Jupyter would run them, and nothing in a cell ends the notebook."""

from __future__ import annotations

import time

import numpy as np
import pytest

from autograder.mirrors.arrays import TensorMirror

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("print('hola')", "hola\n"),
        ("import sys; print('e', file=sys.stderr); print('o')", "e\no\n"),
        ("print('\\x1b[31mred\\x1b[0m')", "red\n"),
        ("print('10%\\r50%\\r100%')", "100%\n"),
        ("!echo hola; exit 3\nprint(_exit_code)", "hola\n3\n"),
        ("files = !echo hola\nprint(list(files))", "['hola']\n"),
        ("%%bash\necho hola", "hola\n"),
        ("import os, time\nfor name in ('a',): print(name)", "a\n"),
        ("%cd /tmp", "/tmp\n"),
    ],
)
def test_what_a_cell_prints_is_its_text(notebook, source, text):
    answer = notebook.run(source)
    assert (answer["ok"], answer["error"], answer["text"]) == (True, None, text)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("x = 1\nx + 1", ["2"]),
        ("x = 1\nx;", []),
        ("None", []),
        ("display('a', 2)", ["'a'", "2"]),
        ("await __import__('asyncio').sleep(0, 'slept')", ["'slept'"]),
        ("async def f():\n    return 5\nawait f()", ["5"]),
        ("%%time\n6 * 7", ["42"]),
        ("_", ["42"]),
        ("__name__", ["'__main__'"]),
        ("get_ipython().__class__.__name__", ["'NotebookShell'"]),
        ("import pandas as pd\npd.DataFrame({'a': [1]})", ["   a\n0  1"]),
    ],
)
def test_the_last_expression_and_what_is_displayed_are_shown(notebook, source, shown):
    answer = notebook.run(source)
    assert answer["error"] is None
    assert [item["text"] for item in answer["shown"]] == shown


@pytest.mark.parametrize(
    ("source", "name", "line"),
    [
        ("x = 1\n1 / 0", "ZeroDivisionError", 2),
        ("def f(:\n  pass", "SyntaxError", 1),
        ("import sys\nsys.exit(3)", "SystemExit", 2),
        ("exit", "SystemExit", 1),
        ("quit()", "SystemExit", 1),
        ("input('?')", "StdinNotImplementedError", 1),
        ("%no_such_magic", "UsageError", 1),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nimport time; time.sleep(5)", "KeyboardInterrupt", 2),
        ("class E(Exception):\n    def __str__(self): raise ValueError\nraise E", "E", 3),
        ("raise NotImplementedError()", "NotImplementedError", 1),
        ("def f(): return f()\nf()", "RecursionError", 1),
    ],
)
def test_an_error_is_its_cells_alone(notebook, source, name, line):
    answer = notebook.run(source)
    assert answer["ok"] is False
    assert (answer["error"]["name"], answer["error"]["line"]) == (name, line)
    assert "Traceback" not in answer["text"]
    assert notebook.run("40 + 2")["shown"] == [{"mime": "text/plain", "text": "42"}]


def test_installing_is_refused_without_an_error(notebook):
    for source in ("%pip install numpy", "!pip install numpy", "%conda install numpy"):
        answer = notebook.run(source)
        assert answer["ok"]
        assert "no se instala" in answer["text"]


def test_warnings_change_nothing(notebook):
    answer = notebook.run("import warnings\nwarnings.warn('careful')\n'done'")
    assert answer["ok"]
    assert "careful" in answer["text"]


def test_output_is_cut_and_says_so(notebook):
    answer = notebook.run("for _ in range(300_000): print('abcdefgh')")
    assert answer["ok"]
    assert 90_000 < len(answer["text"]) < 110_000
    assert "se cortó" in answer["text"][-60:]


def test_pictures_are_limited(notebook):
    notebook.run("import matplotlib.pyplot as plt")
    source = "for _ in range(23):\n    plt.figure(figsize=(1, 1)); plt.plot([1]); plt.show()"
    assert len(notebook.run(source)["pictures"]) == 20


@pytest.mark.parametrize("loop", ["while True: pass", "import time\ntime.sleep(60)"])
def test_a_cell_past_its_limit_is_stopped(notebook, loop):
    began = time.monotonic()
    assert notebook.run(loop, seconds=0.3)["error"]["name"] == "CellTimeout"
    assert time.monotonic() - began < 3
    assert notebook.run("1")["ok"]


def test_swallowing_the_limit_once_does_not_escape_it(notebook):
    source = "import time\ntry:\n    time.sleep(60)\nexcept BaseException:\n    time.sleep(60)"
    assert notebook.run(source, seconds=0.3)["error"]["name"] == "CellTimeout"


@pytest.mark.parametrize(
    "source",
    [
        "plt.plot([1, 2]); plt.show()",
        "plt.plot([1, 2]);",
        "%matplotlib inline\nplt.plot([1, 2]);",
        "%matplotlib widget\nplt.plot([1, 2]);",
        "figure, axes = plt.subplots()",
        "figure",
    ],
)
def test_figures_are_shown_inline(notebook, source):
    notebook.run("import matplotlib.pyplot as plt")
    answer = notebook.run(source)
    assert [item["mime"] for item in answer["shown"]] == ["image/png"]
    assert answer["pictures"][0].startswith(PNG)
    assert notebook.run("plt.get_fignums()")["shown"][0]["text"] == "[]"


def test_a_cell_whose_pictures_nobody_needs_draws_none_and_the_next_one_does(notebook):
    plot = "figure, axes = plt.subplots(); axes.plot([1, 2])"
    quiet = notebook.run("import matplotlib.pyplot as plt\n" + plot + "; plt.show(); print('dicho')", pictures=False)
    assert (quiet["text"], quiet["pictures"], quiet["error"]) == ("dicho\n", (), None)
    assert notebook.mirrors("figure")["figure"].axes[0].lines[0].y.tolist() == [1, 2]
    assert len(notebook.run(plot)["pictures"]) == 1


def test_a_figure_that_was_shown_and_closed_is_still_a_value(notebook):
    notebook.run(
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2, 3], label='loss')\nax.legend()"
    )
    fig = notebook.mirrors("fig")["fig"]
    assert fig.axes[0].get_lines()[0].get_ydata().tolist() == [1, 2, 3]
    assert fig.axes[0].get_legend().get_texts()[0].get_text() == "loss"
    assert fig.png.startswith(PNG)
    assert notebook.run("1")["pictures"] == ()


def test_names_are_captured_and_missing_ones_are_absent(notebook):
    notebook.run("import numpy as np\na = np.arange(3)\nb = {'x': a}\nd = np.random.default_rng")
    found = notebook.mirrors("a", "b", "nope")
    assert found.keys() == {"a", "b"}
    np.testing.assert_array_equal(found["b"]["x"], [0, 1, 2])


def test_functions_are_called_with_copies_and_their_output_is_dropped(notebook):
    notebook.run(
        "import numpy as np, matplotlib.pyplot as plt\n"
        "def f(image, k=2):\n    print(image); plt.plot([1]); image[0] = 9; return image * k\n"
        "def g(h, x):\n    return h(x)\n"
        "def bad(x):\n    raise ValueError(x)\n"
        "def leave():\n    raise SystemExit\n"
        "def endless():\n    while True: pass\n"
        "def make():\n    return lambda x: x + 1\n"
        "def nothing(x):\n    return object()\n"
    )
    far = notebook.mirrors("f", "g", "bad", "leave", "endless", "make", "nothing")
    image = np.arange(3.0)
    assert far["f"](image, k=3).tolist() == [27, 3, 6]
    assert image.tolist() == [0, 1, 2]
    assert far["g"](far["f"], np.zeros(1)).tolist() == [18]
    assert far["bad"]("hidden") == {"raised": "ValueError"}
    assert far["leave"]() == {"raised": "SystemExit"}
    assert notebook.call(far["endless"].handle, (), {}, seconds=0.3) == {"raised": "CellTimeout"}
    assert far["make"]()(1) == 2
    assert repr(far["nothing"](1)) == "<object>"
    assert notebook.call("h9999", (), {}) == {"raised": "IndexError"}
    assert notebook.call("nonsense", (), {}) == {"raised": "ValueError"}
    answer = notebook.run("1")
    assert (answer["text"], len(answer["shown"])) == ("", 1)


def test_the_same_function_keeps_its_handle(notebook):
    notebook.run("def f(): pass\nsame = f")
    found = notebook.mirrors("f", "same")
    assert found["f"].handle == found["same"].handle == notebook.mirrors("f")["f"].handle


def test_a_value_whose_reading_never_ends_is_opaque(notebook):
    notebook.run(
        "class Slow:\n    def __call__(self): pass\n    @property\n    def __name__(self):\n        while True: pass\n"
        "slow = Slow()"
    )
    head, _ = notebook.ask({"op": "capture", "names": ["slow"], "seconds": 0.3})
    assert head["records"]["slow"]["data"] == {"type": "Slow", "reason": "slow"}


def test_values_that_do_not_fit_together_are_left_out_one_by_one(notebook):
    notebook.run("import numpy as np\nhuge = [np.zeros(18 << 20, np.uint8) for _ in range(9)]\nbig = huge\nsmall = 1")
    found = notebook.mirrors("huge", "big", "small")
    assert found["small"] == 1
    assert len(found["huge"]) == 9
    assert repr(found["big"]) == "<list>"


def test_seeds_make_a_second_run_repeat_the_first(start):
    source = "import random, numpy as np\nrandom.random(), np.random.rand()"
    shown = []
    for _ in range(2):
        with start("autograder.kernel.notebook") as running:
            shown.append(running.run(source)["shown"])
    assert shown[0] == shown[1]


def test_an_unknown_request_is_answered(notebook):
    assert notebook.ask({"op": "fly"})[0] == {"failed": "no such request"}


@pytest.mark.tensorflow
def test_a_tensor_sent_back_is_a_tensor_again(notebook):
    notebook.run(
        "import tensorflow as tf\nt = tf.constant([[1.0, 2.0]])\n"
        "def f(x):\n    return x.numpy() if tf.is_tensor(x) else None"
    )
    found = notebook.mirrors("t", "f")
    assert type(found["t"]) is TensorMirror
    assert found["f"](found["t"]).tolist() == [[1.0, 2.0]]


@pytest.mark.tensorflow
def test_progress_bars_and_tensorflows_noise_are_just_text(notebook):
    answer = notebook.run(
        "import keras, numpy as np\n"
        "m = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])\nm.compile('adam', 'mse')\n"
        "history = m.fit(np.zeros((8, 2)), np.zeros(8), epochs=2)"
    )
    assert answer["error"] is None
    assert "Epoch 2/2" in answer["text"]
    found = notebook.mirrors("history", "m")
    assert len(found["history"].history["loss"]) == 2
    assert found["m"].layers[0].units == 1
