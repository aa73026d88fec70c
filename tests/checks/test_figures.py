"""Figures: lines, pictures and labels, of matplotlib's or of anything that answers the same."""

import pytest

from autograder import checks

CURVES = ([0.9, 0.5, 0.4], [1.0, 0.7, 0.6])


def whole(fake, **more):
    return fake.figure(fake.axes(CURVES, **{"x": "época", "y": "pérdida", "legend": True, **more}))


def test_a_figure_with_its_lines_and_labels_passes(fake):
    checks.lines("fig", whole(fake), at_least=2, of=CURVES)
    checks.labelled("fig", whole(fake, title="Pérdida"), title=True)
    checks.labelled("fig", fake.figure(fake.axes(CURVES[:1], x="x", y="y"), fake.axes()))  # one line, an unused axes
    checks.pictures("fig", fake.figure(fake.axes(images=1), fake.axes(images=2)), at_least=3)
    checks.lines("ax", fake.axes(CURVES))
    checks.lines("axs", [fake.axes(CURVES[:1]), fake.axes(CURVES[1:])])


@pytest.mark.parametrize(
    ("check", "facts"),
    [
        (lambda f: checks.lines("fig", whole(f), at_least=3), ["2 curvas", "3"]),
        (lambda f: checks.lines("fig", f.figure(f.axes([[1.0]])), at_least=2), ["0 curvas"]),
        (lambda f: checks.lines("fig", whole(f), of=[[1, 2, 3, 4]]), ["4 puntos"]),
        (lambda f: checks.lines("fig", whole(f), of=[[0.9, 0.5, float("nan")]]), ["3 puntos"]),
        (lambda f: checks.labelled("fig", whole(f, x=" ")), ["horizontal", "set_xlabel"]),
        (lambda f: checks.labelled("fig", whole(f, y="")), ["vertical"]),
        (lambda f: checks.labelled("fig", whole(f), title=True), ["título"]),
        (lambda f: checks.labelled("fig", whole(f, legend=False)), ["leyenda"]),
        (lambda f: checks.labelled("fig", f.figure(f.axes())), ["no muestra nada"]),
        (lambda f: checks.pictures("fig", f.figure(f.axes(images=1)), at_least=3), ["1 imagen;", "3"]),
        (lambda _f: checks.lines("fig", None), ["vacío"]),
        (lambda _f: checks.lines("fig", 3), ["`int`", "figura"]),
    ],
)
def test_what_a_figure_lacks_is_told(sentence, fake, check, facts):
    said = sentence(check, fake)
    assert said.find("`fig`") >= 0
    assert all(fact in said for fact in facts), said


@pytest.mark.parametrize("of", ["figure", "axes", "array"])
def test_matplotlibs_own_objects_pass_too(sentence, of):
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.subplots(1, 2)
    axes[0].plot(CURVES[0], label="train")
    axes[0].plot(CURVES[1], label="valid")
    axes[1].imshow([[0, 1], [1, 0]])
    drawn = {"figure": figure, "axes": axes[0], "array": axes}[of]
    checks.lines("fig", drawn, of=CURVES)
    assert "leyenda" in sentence(checks.labelled, "fig", drawn, x=False, y=False)
    axes[0].legend()
    checks.labelled("fig", drawn, x=False, y=False)
    assert "horizontal" in sentence(checks.labelled, "fig", drawn)
    if of == "figure":
        figure.supxlabel("época")
        figure.supylabel("pérdida")
        checks.labelled("fig", figure)
