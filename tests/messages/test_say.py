"""Saying a sentence: language, values, plurals, and typos that fail loudly."""

import gettext
import io
import os
import subprocess
import sys

import pytest

import autograder.messages as messages
from autograder.messages import LANGUAGES, UnknownMessage, say, say_in
from autograder.messages.compile import compile_catalogues, compiled_bytes
from autograder.messages.failure import CheckFailed

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "prueba.hola"
msgstr "Hola, {name}: {value}"

msgid "prueba.capas"
msgid_plural "prueba.capas"
msgstr[0] "{count} capa"
msgstr[1] "{count} capas"

msgid "prueba.vacio"
msgstr ""
"""


@pytest.fixture
def locale(tmp_path, monkeypatch):
    for language in LANGUAGES:
        folder = tmp_path / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "prueba.po").write_text(PO if language == "es" else PO.replace("Hola", "Hello"), "utf-8")
    monkeypatch.setattr(messages, "LOCALE", tmp_path)
    monkeypatch.delenv("AUTOGRADER_LANGUAGE", raising=False)
    messages._catalogue.cache_clear()
    yield tmp_path
    messages._catalogue.cache_clear()


@pytest.mark.parametrize(
    ("wanted", "said"), [(None, "Hola"), ("es", "Hola"), ("en", "Hello"), ("en_GB.UTF-8", "Hello"), ("fr", "Hola")]
)
@pytest.mark.usefixtures("locale")
def test_the_language_is_read_at_each_call_and_spanish_is_the_rest(monkeypatch, wanted, said):
    if wanted:
        monkeypatch.setenv("AUTOGRADER_LANGUAGE", wanted)
    assert say("prueba.hola", name="Ana", value=1).startswith(said)
    assert say_in("en", "prueba.hola", name="Ana", value=1) == "Hello, Ana: 1"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(5 / 6, "0.8333"), (1.0, "1"), (12345.678, "12346"), (1.5e12, "1.5e+12"), (7, "7"),
     (123456789, "123456789"), (True, "True"),
     (float("nan"), "nan"), ("{name}", "{name}"), (None, "None")],
)  # fmt: skip
@pytest.mark.usefixtures("locale")
def test_floats_are_shown_short_and_everything_else_as_it_is(value, shown):
    assert say("prueba.hola", name="Ana", value=value) == f"Hola, Ana: {shown}"


@pytest.mark.parametrize(("count", "said"), [(0, "0 capas"), (1, "1 capa"), (2, "2 capas")])
@pytest.mark.usefixtures("locale")
def test_plural_forms_follow_the_count(count, said):
    assert say("prueba.capas", count=count) == said


@pytest.mark.parametrize("id", ["prueba.nada", "nada.hola", "prueba.vacio", ""])
@pytest.mark.usefixtures("locale")
def test_an_unknown_id_fails_loudly(id):
    with pytest.raises(UnknownMessage):
        say(id)


@pytest.mark.usefixtures("locale")
def test_a_missing_value_and_an_unknown_language_fail_loudly():
    with pytest.raises(KeyError, match="value"):
        say("prueba.hola", name="Ana")
    with pytest.raises(ValueError, match="fr"):
        say_in("fr", "prueba.hola")


def test_only_changed_catalogues_are_compiled_and_the_compiled_one_is_read(locale):
    assert len(compile_catalogues(locale)) == 2
    assert compile_catalogues(locale) == []
    source = locale / "es" / "LC_MESSAGES" / "prueba.po"
    os.utime(source, (source.stat().st_atime, source.stat().st_mtime + 10))
    assert compile_catalogues(locale) == [source.with_suffix(".mo")]
    source.unlink()
    assert say("prueba.hola", name="Ana", value=1) == "Hola, Ana: 1"


def test_a_newer_source_wins_over_its_compiled_file_while_developing(locale):
    compile_catalogues(locale)
    source = locale / "es" / "LC_MESSAGES" / "prueba.po"
    source.write_text(PO.replace("Hola", "Qué tal"), "utf-8")
    os.utime(source, (source.stat().st_atime, source.stat().st_mtime + 10))
    assert say("prueba.hola", name="Ana", value=1) == "Qué tal, Ana: 1"


def test_what_is_compiled_is_what_gettext_reads(locale):
    read = gettext.GNUTranslations(io.BytesIO(compiled_bytes(locale / "en" / "LC_MESSAGES" / "prueba.po")))
    assert read.gettext("prueba.hola") == "Hello, {name}: {value}"


def test_compiling_is_a_command():
    done = subprocess.run(
        [sys.executable, "-m", "autograder.messages.compile"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    done = subprocess.run(
        [sys.executable, "-m", "autograder.messages.compile"], capture_output=True, text=True, timeout=60
    )
    assert done.stdout == ""


def test_a_notebook_shows_a_failure_as_its_sentence_alone():
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    shell = InteractiveShell()
    with capture_output() as shown:
        shell.run_cell("from autograder.messages.failure import CheckFailed\nraise CheckFailed('Falta una capa.')")
    assert shown.stdout.strip() == "✗ Falta una capa."
    assert str(CheckFailed("Falta una capa.")) == "Falta una capa."
    assert len(str(CheckFailed("a" * 100_000))) == 1000
