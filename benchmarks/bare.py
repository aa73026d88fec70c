"""``python bare.py FOLDER NOTEBOOK…``: run notebooks' cells in one Python that has TensorFlow loaded already.

The floor that nothing can beat: no isolation, no tests, no grades. Prints one JSON line: seconds for each notebook.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import time
from pathlib import Path


def main() -> None:
    """Warm up, run the notebooks one after another in namespaces of their own, tell the seconds."""
    folder, notebooks = Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]
    os.environ |= {"MPLBACKEND": "Agg", "TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
    import matplotlib.pyplot as plt
    import tensorflow as tf
    from IPython.core.interactiveshell import InteractiveShell

    os.chdir(folder)
    tf.keras.Sequential([tf.keras.layers.Dense(1)]).predict(tf.zeros((1, 1)), verbose=0)
    shell = InteractiveShell.instance(colors="nocolor", history_load_length=0)
    shell.history_manager.enabled = False
    seconds = []
    for notebook in notebooks:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        began = time.perf_counter()
        shell.reset(new_session=False)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            for source in sources:
                shell.run_cell(source, store_history=False)
        plt.close("all")
        seconds.append(time.perf_counter() - began)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
