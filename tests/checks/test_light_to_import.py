"""A released notebook imports the checks: it must need nothing but NumPy, and no time."""

import json
import subprocess
import sys

PROBE = """
import json, sys, time
import numpy
start = time.perf_counter()
from autograder import checks
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "modules": sorted({name.partition(".")[0] for name in sys.modules}),
                  "own": sorted(name for name in sys.modules if name.startswith("autograder."))}))
"""


def probe() -> dict:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def test_importing_the_checks_brings_no_other_package_than_numpy():
    found = probe()
    heavy = {"tensorflow", "keras", "matplotlib", "sqlalchemy", "click", "pydantic", "babel", "IPython", "scipy"}
    assert not heavy & set(found["modules"])
    rooms = {name.split(".")[1] for name in found["own"]}
    assert rooms == {"checks", "messages"}


def test_importing_the_checks_takes_less_than_a_third_of_a_second():
    assert min(probe()["seconds"] for _ in range(2)) < 0.3


def test_every_word_of_the_checks_is_documented():
    from autograder import checks

    assert all(getattr(checks, word).__doc__ for word in checks.__all__)
    assert checks.__all__ == sorted(checks.__all__, key=lambda word: (not word.isupper(), word[0].islower(), word))
