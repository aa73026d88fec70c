"""How soon a person's server is ready and what it weighs: ours, forked into a jail, beside a plain one of JupyterHub.

python -m benchmarks.servers [REPEATS]     writes artefacts/servers.json
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "hub"))
from running_hub import Person, RunningHub

from autograder.course.cohort import PersonRole

PLAIN = """
c.JupyterHub.spawner_class = "simple"
c.Spawner.cmd = ["jupyterhub-singleuser"]
c.Spawner.args = ["--allow-root"]
c.Spawner.env_keep = ["PATH", "HOME", "LANG"]
"""
KERNEL = """
import time
began = time.perf_counter()
import tensorflow as tf
print(time.perf_counter() - began)
"""
FIT = """
import numpy as np, tensorflow as tf
model = tf.keras.Sequential([tf.keras.layers.Conv2D(8, 3), tf.keras.layers.Flatten(), tf.keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(np.random.rand(64, 32, 32, 3), np.random.rand(64), epochs=2, verbose=0)
"""
WAYS = {"jailed": "", "plain": PLAIN}
RESULT = Path("artefacts/servers.json")


def measure(way: str, repeats: int) -> dict[str, object]:
    """Return seconds until ready and the memory of one server, for one way of starting it."""
    with tempfile.TemporaryDirectory() as folder, RunningHub(Path(folder), people(), more=WAYS[way]) as hub:
        person = hub.sign_in("ana")
        person.start_server()  # the first one waits for the zygote, or for the disk
        person.stop_server()
        seconds = []
        for _ in range(repeats):
            seconds.append(person.start_server())
            person.stop_server()
        persons = [hub.sign_in(f"b{number}") for number in range(1, 9)]
        together = start_together(persons)
        weights = [memory_of_server(one) for one in persons]
        kernels = [persons[0].run(KERNEL, 300) for _ in range(repeats)]
        working = with_kernels(persons[:4])
    return {
        "ready_seconds": {"median": median(seconds), "all": seconds},
        "eight_at_once_seconds": together,
        "pss_mebibytes_of_one_of_eight": median(weight.pss for weight in weights),
        "private_mebibytes_of_one_of_eight": median(weight.private for weight in weights),
        "tensorflow_seconds_in_a_new_kernel": median(
            float(ran.printed.splitlines()[-1])
            for ran in kernels  # TensorFlow may have said something before
        ),
        "pss_mebibytes_with_a_fitted_model": median(weight.pss for weight in working),
    }


def people() -> dict[str, PersonRole]:
    return dict.fromkeys(("ana", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8"), PersonRole.STUDENT)


def start_together(persons: list[Person]) -> float:
    """Return how long it takes until servers that are asked for at once are all ready."""
    began = time.monotonic()
    for person in persons:
        person.api("POST", f"/users/{person.user}/server", {})
    waiting = list(persons)
    while waiting and time.monotonic() < began + 180:
        waiting = [person for person in waiting if not is_ready(person)]
        time.sleep(0.1)
    return time.monotonic() - began


def with_kernels(persons: list[Person]) -> list[Memory]:
    """Return what servers hold while each has one kernel that has fitted a small model."""
    for person in persons:
        kernel = person.at_server("POST", "/api/kernels", {}).json()["id"]
        ran = person.run_in(kernel, FIT, 300)
        assert ran.raised is None, ran.raised
    return [memory_of_server(person) for person in persons]


def is_ready(person: Person) -> bool:
    return bool(person.api("GET", f"/users/{person.user}").json()["servers"].get("", {}).get("ready"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """In MiB. ``pss``: shared pages by their share; ``private``: what nobody else has."""

    pss: float
    private: float


def memory_of_server(person: Person) -> Memory:
    """Return what the processes of a server hold."""
    prefix = person.api("GET", f"/users/{person.user}").json()["servers"][""]["url"]
    found = {"Pss": 0, "Private_Clean": 0, "Private_Dirty": 0}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and belongs(folder, person.user, prefix):
            with suppress(OSError):
                for line in (folder / "smaps_rollup").read_text().splitlines()[1:]:
                    name, size, *_ = line.replace(":", "").split()
                    found[name] = found.get(name, 0) + int(size)
    private = found["Private_Clean"] + found["Private_Dirty"]
    return Memory(pss=round(found["Pss"] / 1024, 1), private=round(private / 1024, 1))


def belongs(folder: Path, user: str, url: str) -> bool:
    """Tell whether a process is one of somebody's server."""
    with suppress(OSError):
        environment = (folder / "environ").read_bytes()
        at_home = (folder / "cwd").readlink().name == user
        return at_home or f"JUPYTERHUB_SERVICE_PREFIX={url}".encode() in environment
    return False


def main() -> None:
    """Measure both ways and write them down."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    RESULT.parent.mkdir(exist_ok=True)
    found: dict[str, object] = {}
    for way in WAYS:
        found[way] = measure(way, repeats)
        RESULT.write_text(json.dumps(found, indent=2))
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
