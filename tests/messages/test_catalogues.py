"""Every sentence exists in both languages, with the same values to fill in, and every one is said somewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from autograder.messages import LANGUAGES, LOCALE

PACKAGE = LOCALE.parents[1]

# Ids that are built from a prefix: every entry under it counts as said. Add one only where a table names the rest.
PREFIXES = (
    "actions.counts.",
    "actions.did.",
    "actions.done.",
    "actions.kind.",
    "actions.scope.",
    "actions.stands.",
    "actions.to.",
    "authoring.problem.",
    "authoring.remedy.",
    "cli.weekday.",
    "cohort.demo.",
    "cli.account.state.",
    "cli.serve.role.",
    "cohort.problem.",
    "cohort.refused.",
    "cohort.remedy.",
    "course.problem.",
    "course.remedy.",
    "course.type.",
    "feedback.count.",
    "feedback.error.",
    "feedback.headline.",
    "feedback.next.",
    "feedback.verdict.",
    "insights.column.",
    "insights.lead.",
    "insights.note.",
    "insights.order.",
    "insights.session.",
    "insights.show.",
    "insights.state.",
    "insights.topic.",
    "insights.verdict.",
    "hub.error.",
    "jail.remedy.",
    "materials.about.",
    "mirrors.opaque.",
    "route.expects.",
    "route.state.",
    "route.step.",
    "web.attempt.state.",
    "web.error.",
    "web.list.state.",
    "web.receipt.",
    "web.role.",
)
FILES = (".css", ".html", ".js", ".svg")
# Modules that say an id which another module wrote down: the id must stand there as a literal.
CARRIERS = (
    "feedback/page.py",
    "web/acting.py",
    "web/pages/avance.py",
    "web/pages/messages.py",
    "web/page.py",
    "materials/failure.py",
    "mirrors/opaque.py",
)
TEMPLATE_ID = re.compile(r"""(['"])((?:{})\.[\w.]+)\1""".format("|".join({po.stem for po in LOCALE.rglob("*.po")})))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One call of ``say``: where, its id or the prefix of it, and the names of its values (None: not all are known)."""

    place: str
    id: str
    values: frozenset[str] | None = None
    prefix: bool = False


def catalogue(language: str) -> dict[str, Message]:
    """Return all entries of a language by id."""
    found: dict[str, Message] = {}
    for source in sorted((LOCALE / language / "LC_MESSAGES").glob("*.po")):
        with source.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    id = message.id if isinstance(message.id, str) else message.id[0]
                    assert id.partition(".")[0] == source.stem, f"{id} belongs in another file than {source.name}"
                    assert id not in found, f"{id} twice"
                    found[id] = message
    return found


def sentences(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def placeholders(message: Message) -> set[str]:
    return {field for text in sentences(message) for _, field, _, _ in Formatter().parse(text) if field is not None}


def is_say(call: ast.Call) -> bool:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    return name in ("say", "say_in") and bool(call.args)


def said_in(place: str, tree: ast.AST) -> Iterator[Said]:
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not is_say(call):
            continue
        name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
        yield from said_by(f"{place}:{call.lineno}", call, call.args[-1] if name == "say_in" else call.args[0])


def said_by(place: str, call: ast.Call, id: ast.expr) -> Iterator[Said]:
    names = [keyword.arg for keyword in call.keywords]
    values = None if None in names else frozenset(name for name in names if name)
    if isinstance(id, ast.IfExp):
        yield from said_by(place, call, id.body)
        yield from said_by(place, call, id.orelse)
    elif isinstance(id, ast.Constant) and isinstance(id.value, str):
        yield Said(place=place, id=id.value, values=values)
    elif isinstance(id, ast.JoinedStr) and isinstance(id.values[0], ast.Constant):
        yield Said(place=place, id=id.values[0].value, prefix=True)
    else:
        yield Said(place=place, id="", prefix=True)


def all_said() -> list[Said]:
    found: list[Said] = []
    for module in sorted(PACKAGE.rglob("*.py")):
        if module.parent.name != "messages":
            place = module.relative_to(PACKAGE).as_posix()
            found += said_in(place, ast.parse(module.read_text("utf-8")))
    for template in sorted([*PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.j2")]):
        for _, id in TEMPLATE_ID.findall(template.read_text("utf-8")):
            if id.endswith(FILES):
                continue
            found.append(Said(place=template.relative_to(PACKAGE).as_posix(), id=id, prefix=id.endswith(".")))
    return found


def literals() -> set[str]:
    """Return every string written in the package: an id in a table counts as said, by whoever reads the table."""
    trees = [ast.parse(module.read_text("utf-8")) for module in PACKAGE.rglob("*.py")]
    constants = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {node.value for node in constants if isinstance(node.value, str)}


SAID = all_said()
CATALOGUES = {language: catalogue(language) for language in LANGUAGES}
DOMAINS = sorted({id.partition(".")[0] for entries in CATALOGUES.values() for id in entries})


@pytest.mark.parametrize("domain", DOMAINS)
def test_both_languages_have_the_same_sentences_with_the_same_values(domain):
    spanish, english = (
        {id: message for id, message in CATALOGUES[language].items() if id.startswith(f"{domain}.")}
        for language in LANGUAGES
    )
    assert spanish.keys() == english.keys()
    different = [id for id in spanish if placeholders(spanish[id]) != placeholders(english[id])]
    assert not different


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty_or_has_a_place_without_a_name(language, domain):
    entries = {id: one for id, one in CATALOGUES[language].items() if id.startswith(f"{domain}.")}
    assert entries
    assert not [id for id, message in entries.items() if not all(text.strip() for text in sentences(message))]
    assert not [id for id, message in entries.items() if not all(name.isidentifier() for name in placeholders(message))]
    assert not [id for id, message in entries.items() if message.fuzzy]


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_chosen_by_a_value_called_count(language, domain):
    plural = {id for id, one in CATALOGUES[language].items() if id.startswith(f"{domain}.") and one.pluralizable}
    given = {said.id: said.values for said in SAID if said.id in plural and said.values is not None}
    assert not [id for id, values in given.items() if "count" not in values]


@pytest.mark.parametrize("domain", sorted({said.id.partition(".")[0] for said in SAID if said.id}))
def test_every_sentence_that_is_said_exists_and_is_given_its_values(domain):
    said_here = [said for said in SAID if not said.prefix and said.id.partition(".")[0] == domain]
    assert not [said for said in said_here if any(said.id not in CATALOGUES[language] for language in LANGUAGES)]
    for said in said_here:
        if said.values is not None:
            lacking = placeholders(CATALOGUES["es"][said.id]) - said.values
            assert not lacking, f"{said.place}: {said.id} needs {sorted(lacking)}"


def test_ids_are_written_out_except_under_the_listed_prefixes():
    built = [said for said in SAID if said.prefix and said.id not in PREFIXES]
    assert not [said for said in built if not said.place.startswith(CARRIERS)]


def test_no_sentence_is_left_that_nobody_says():
    said = {one.id for one in SAID if not one.prefix} | literals()
    assert not {id for id in CATALOGUES["es"] if id not in said and not id.startswith(PREFIXES)}


def test_every_file_of_sentences_is_found_from_the_package():
    assert {path.stem for path in Path(LOCALE / "es" / "LC_MESSAGES").glob("*.po")} == set(DOMAINS)
