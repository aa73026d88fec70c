"""How soon a person's server is ready and what it weighs: ours, forked into a jail, beside a plain one of JupyterHub.

python -m benchmarks.servers [REPEATS]     writes artefacts/servers.json
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from contextlib import suppress
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
            weight = pss_of_server(person)
            person.stop_server()
        together = start_together(hub)
    return {
        "ready_seconds": {"median": median(seconds), "all": seconds},
        "pss_mebibytes": weight,
        "eight_at_once_seconds": together,
    }


def people() -> dict[str, PersonRole]:
    return dict.fromkeys(("ana", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8"), PersonRole.STUDENT)


def start_together(hub: RunningHub) -> float:
    """Return how long it takes until eight servers that are asked for at once are ready."""
    persons = [hub.sign_in(f"b{number}") for number in range(1, 9)]
    began = time.monotonic()
    for person in persons:
        person.api("POST", f"/users/{person.user}/server", {})
    waiting = list(persons)
    while waiting and time.monotonic() < began + 180:
        waiting = [person for person in waiting if not is_ready(person)]
        time.sleep(0.1)
    return time.monotonic() - began


def is_ready(person: Person) -> bool:
    return bool(person.api("GET", f"/users/{person.user}").json()["servers"].get("", {}).get("ready"))


def pss_of_server(person: Person) -> float:
    """Return what the processes of a server hold, shared pages by their share, in MiB."""
    port = person.api("GET", f"/users/{person.user}").json()["servers"][""]["url"]
    total = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and belongs(folder, person.user, port):
            with suppress(OSError):
                fields = (folder / "smaps_rollup").read_text().splitlines()
                total += sum(int(line.split()[1]) for line in fields if line.startswith("Pss:"))
    return round(total / 1024, 1)


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
    found = {way: measure(way, repeats) for way in WAYS}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=2))
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
