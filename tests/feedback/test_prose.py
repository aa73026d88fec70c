"""Sentences and hints keep their little markup and nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.feedback.prose import hint, plain, sentence


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("`kernel` suma 1 < 2", "<code>kernel</code> suma 1 &lt; 2"),
        ("`<b>` y `a & b`", "<code>&lt;b&gt;</code> y <code>a &amp; b</code>"),
        ("sin **negrita** aquí, ni `abierto", "sin **negrita** aquí, ni `abierto"),
    ],
)
def test_a_sentence_has_code_and_nothing_else(text: str, html: str) -> None:
    assert sentence(text) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Uno\ndos.\n\nTres.", "<p>Uno dos.</p><p>Tres.</p>"),
        ("Es **muy** *fácil*: `a * b * c`.", "<p>Es <strong>muy</strong> <em>fácil</em>: <code>a * b * c</code>.</p>"),
        ("- uno\n  sigue\n- dos", "<ul><li>uno sigue</li><li>dos</li></ul>"),
        ("1. uno\n2) dos", "<ol><li>uno</li><li>dos</li></ol>"),
        (
            "Mira:\n```python\nx < 1\n\ny\n```\nfin",
            '<p>Mira:</p><pre tabindex="0"><code>x &lt; 1\n\ny</code></pre><p>fin</p>',
        ),
        (r"Aplica $\max(0, x)$ y $200 + 100$.", "<p>Aplica <i>max(0, x)</i> y <i>200 + 100</i>.</p>"),
        (r"$$\operatorname{relu}(x) \cdot \text{out}$$", "<p><i>relu(x) · out</i></p>"),
        ("2 * 3 * 4 y a*b", "<p>2 * 3 * 4 y a*b</p>"),
        ("[aquí](javascript:alert(1)) <img src=x>", "<p>[aquí](javascript:alert(1)) &lt;img src=x&gt;</p>"),
        ("", ""),
    ],
)
def test_a_hint_has_paragraphs_lists_code_and_formulas(text: str, html: str) -> None:
    assert hint(text) == html


@given(st.text(alphabet="`*$<>&\"'ab -1.\n\\{}"))
def test_no_text_makes_a_tag_of_its_own(text: str) -> None:
    for html in (sentence(text), hint(text)):
        rest = re.sub(r"</?(?:p|ul|ol|li|strong|em|i|code)>|<pre tabindex=\"0\">|</pre>", "", str(html))
        assert "<" not in rest
        assert ">" not in rest


def test_terminal_codes_controls_and_direction_marks_are_not_seen() -> None:
    assert plain("\x1b[31mrojo\x1b[0m \u202eal revés\u202c \x07\ud800") == "rojo al revés "
    assert plain("10%\r50%\r100%\r\nfin\tya") == "100%\nfin\tya"
