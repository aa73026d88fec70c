"""What lab 1's solution reaches on photographs that it never saw: its head trained anew for each seed, on one data set.

``python -m benchmarks.accuracy [--folder DIR] [--seeds N]``: without a folder, on the first provider that the course
finds; with one (train|valid/Car|Truck, perhaps hidden/), on its photographs at the lab's size and counts.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np

from autograder.course.read import read_course
from autograder.materials.prepare import Prepared, prepare

ROOT = Path(__file__).parents[1]
BATCH, EPOCHS = 16, 6  # the notebook's own


def main() -> None:
    """Prepare the lab's files apart, train, and print a line a seed and one for all."""
    options = argparse.ArgumentParser()
    options.add_argument("--folder", type=Path)
    options.add_argument("--seeds", type=int, default=5)
    wanted = options.parse_args()
    lab = read_course(ROOT / "course.toml").lab("lab1")
    if wanted.folder is not None:
        lab = replace(lab, materials=replace(lab.materials, providers=("folder",), folder=wanted.folder.resolve()))
    with TemporaryDirectory() as place:
        made = prepare(lab, Path(place, "release"), Path(place, "hidden"))
        reached = []
        for seed in range(wanted.seeds):
            began = time.perf_counter()
            reached.append(_reached(Path(place, "release"), made, lab.materials.image_size, seed))
            print(f"{made.provider}, seed {seed}: {reached[-1]:.3f} in {time.perf_counter() - began:.1f} s", flush=True)
    print(
        f"{made.provider}: median {statistics.median(reached):.3f}, least {min(reached):.3f}, most {max(reached):.3f}"
    )
    sys.exit(0 if statistics.median(reached) >= 0.80 else 1)


def _reached(release: Path, made: Prepared, size: int, seed: int) -> float:
    """Return the share of the hidden photographs that a head trained as the solution trains it gets right."""
    import tensorflow as tf

    tf.keras.utils.set_random_seed(seed)
    read = {"label_mode": "binary", "image_size": (size, size), "batch_size": BATCH, "verbose": False}
    train, valid = (
        tf.keras.utils.image_dataset_from_directory(release / "data" / part, shuffle=part == "train", **read)
        .map(lambda image, label: (image / 255, label))
        .cache()
        .prefetch(tf.data.AUTOTUNE)
        for part in ("train", "valid")
    )
    base = tf.keras.models.load_model(release / "base.keras")
    base.trainable = False
    dense = tf.keras.layers.Dense
    model = tf.keras.Sequential([base, tf.keras.layers.Flatten(), dense(6, "relu"), dense(1, "sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["binary_accuracy"])
    model.fit(train, validation_data=valid, epochs=EPOCHS, verbose=0)
    with np.load(made.hidden["photos.npz"]) as photos:
        answers = model.predict(photos["x"], verbose=0).ravel() > 0.5
        return float(np.mean(answers == photos["y"]))


if __name__ == "__main__":
    main()
