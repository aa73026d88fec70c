"""``autograder doctor``: what this machine has, and how to mend what it lacks."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click
from rich.console import Console

from autograder.authoring.build import read_bundle
from autograder.authoring.errors import AuthoringError
from autograder.cli.place import Place, find_place
from autograder.jail import probe
from autograder.messages import say

PACKAGES = ("tensorflow-cpu", "keras", "numpy", "nbgrader", "ipython", "jupyterhub", "otter-grader")
LEAST_MEMORY_BYTES = 4 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at: good, or with the way to mend it."""

    name: str
    good: bool
    found: str
    remedy: str = ""


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Una línea de JSON por hallazgo.")
def command(as_json: bool) -> None:
    """Revisa Python, versiones, capas de la jaula, datos, base y memoria; dice cómo arreglar lo que falte."""
    place = find_place(Path.cwd())
    console = Console()
    bad = 0
    for finding in (*_software(), *_jail(), *_labs(place), _memory()):
        bad += not finding.good
        if as_json:
            click.echo(json.dumps(asdict(finding), ensure_ascii=False))
            continue
        sign = "[green]✓[/]" if finding.good else "[red]✗[/]"
        console.print(f"{sign} {finding.name}", finding.found, highlight=False)
        if finding.remedy:
            console.print(f"    → {finding.remedy}", highlight=False, markup=False)
    raise SystemExit(1 if bad else 0)


def _software() -> Iterator[Finding]:
    found = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding(name="Python", good=sys.version_info >= (3, 11), found=found)
    for package in PACKAGES:
        try:
            yield Finding(name=package, good=True, found=version(package))
        except PackageNotFoundError:
            if package == "tensorflow-cpu" and _has("tensorflow"):
                yield Finding(name="tensorflow", good=True, found=version("tensorflow"))
            else:
                yield Finding(name=package, good=False, found="—", remedy=say("cli.doctor.install", package=package))


def _has(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def _jail() -> Iterator[Finding]:
    for layer in probe():
        found = say("cli.doctor.on") if layer.on else layer.reason
        yield Finding(name=say("cli.doctor.layer", layer=layer.name), good=layer.on, found=found, remedy=layer.remedy)


def _labs(place: Place) -> Iterator[Finding]:
    for lab in place.course.labs:
        try:
            bundle = read_bundle(place.home, lab)
        except AuthoringError as error:
            yield Finding(name=lab.id, good=False, found=str(error), remedy=say("cli.doctor.build", lab=lab.id))
            continue
        found = say("cli.doctor.lab", public=len(bundle.public), hidden=len(bundle.hidden), digest=bundle.digest()[:12])
        yield Finding(name=lab.id, good=True, found=found)


def _memory() -> Finding:
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            free = int(line.split()[1]) << 10
    good = free >= LEAST_MEMORY_BYTES
    remedy = "" if good else say("cli.doctor.memory", least=LEAST_MEMORY_BYTES >> 30)
    return Finding(name=say("cli.doctor.free_memory"), good=good, found=f"{free / (1 << 30):.1f} GiB", remedy=remedy)
