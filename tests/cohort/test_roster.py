"""Lists of students as spreadsheets write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.cohort.roster import merge, read_roster
from autograder.course.cohort import Person, PersonRole

LIST = Path("lista.csv")


def read(text: str, encoding: str = "utf-8"):
    return read_roster(LIST, text.encode(encoding))


@pytest.mark.parametrize(
    "text",
    [
        'usuario,nombre,grupo,correo\nana,"Ñahui Quispe, Ana",A,ana@example.org\n',
        "\ufeffUsuario;Apellidos;Nombres;Sección;Correo electrónico\r\nana;Ñahui Quispe;Ana;A;ana@example.org\r\n",
        'email\tGROUP\tname\tUsername\nana@example.org\tA\t"Ñahui Quispe, Ana"\tana\n',
        'usuario,nombre,grupo,correo\n\n,,,\n  ana ,"N\u0303ahui Quispe, Ana", A,ana@example.org\n',
        'código,"Apellidos y nombres",grupo,correo,Nota\nana,"Ñahui Quispe, Ana",A,ana@example.org,"de\ndía"\n',
    ],
    ids=["commas", "semicolons_bom_two_columns", "tabs_english", "blank_lines_decomposed", "more_columns_and_lines"],
)
def test_a_list_is_read_however_a_spreadsheet_wrote_it(text):
    found = read(text)
    assert found.errors == ()
    assert found.people == (Person(user="ana", name="Ñahui Quispe, Ana", group="A", email="ana@example.org"),)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("usuario,nombre\nana,Ñahui Quispe, Ana\n", 2, "comillas"),
        ("usuario,nombre\nana,Ana\nluis,Luis\nANA,Otra\n", 4, "ya está en la línea 2"),
        ("usuario,nombre\n,Ana\n", 2, "JupyterHub"),
        ("usuario,nombre\nana,\n", 2, "«ana»"),
        ("usuario,nombre\n../ana,Ana\n", 2, "columna «usuario»"),
        ("usuario,nombre,correo\nana,Ana,ana en example\n", 2, "columna «correo»"),
        ("alumno,nota\nAna,20\n", 1, "«usuario»"),
        ("", 0, "primera línea"),
        ('usuario,nombre,x\nana,Ana,"a\nb"\n,Luis,\n', 4, "Luis"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_remedy(text, line, words):
    (error,) = read(text).errors
    assert error.line == line
    assert words in str(error)
    assert str(error).startswith(f"lista.csv:{line}" if line else "lista.csv")


def test_every_mistake_is_told_at_once():
    assert [error.line for error in read("usuario,nombre\n,a\nb,\nc,C\n").errors] == [2, 3]


def test_a_list_saved_as_latin_1_says_how_to_save_it():
    (error,) = read("usuario,nombre\nluis,Luis\nana,Ñahui\n", "latin-1").errors
    assert (error.line, "CSV UTF-8" in str(error)) == (3, True)


def test_importing_adds_and_changes_but_never_removes_nor_gives_a_role(cohort):
    found = read("usuario,nombre,grupo\nana,Ñahui,\nROSA,Flores Rosa,\nzoe,Zárate,C\n")
    merged = merge(cohort, found.people)
    assert [person.user for person in merged.added] == ["zoe"]
    assert [(person.user, person.role, person.group) for person in merged.changed] == [
        ("ana", PersonRole.STUDENT, "A"),
        ("rosa", PersonRole.INSTRUCTOR, ""),
    ]
    assert [person.user for person in merged.absent] == ["luis"]
    assert [person.user for person in merged.people] == ["ana", "luis", "rosa", "zoe"]
    assert merge(cohort, cohort.people).same == 3
