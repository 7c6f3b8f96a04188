"""Text that LaTeX prints as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.latex.text import beyond_pdflatex, escape


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50 % of a_b & c#1", r"50 \% of a\_b \& c\#1"),
        ("\\input{/etc/passwd}", r"\textbackslash{}input\{/etc/passwd\}"),
        ("x^2 ~ $y$", r"x\textasciicircum{}2 \textasciitilde{} \$y\$"),
        ("two\nlines\t\u202eturned", "two lines turned"),
        ("--wide--- ,,low", "-{}-wide-{}-{}- ,{},low"),
        ("[1] * <b>", r"{[}1{]} {*} \textless{}b\textgreater{}"),
        ("71.4 \u00b1 2\u202f%, \u22121.5, 3\u00d7", r"71.4 $\pm$ 2\,\%, $-$1.5, 3$\times$"),
        ("\u03b1-net, cafe\u0301", "$\\alpha$-net, caf\u00e9"),
    ],
)
def test_signs_that_mean_something_to_latex(text, expected):
    """Are printed, not obeyed; control signs and line ends become spaces."""
    assert escape(text) == expected


@given(st.text(max_size=60))
def test_any_text_stays_within_its_cell(text):
    """Braces balance and never close what they did not open; no alignment, comment or line end is left."""
    bare = escape(text).replace(r"\{", "").replace(r"\}", "")
    depth = 0
    for sign in bare:
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    assert depth == 0
    left = escape(text)
    for command in (r"\&", r"\%", r"\#", r"\_"):
        left = left.replace(command, "")
    assert not set("&%#_^~\n\r") & set(left.replace("~", "" if "\u00a0" in text else "~"))


def test_signs_that_need_another_engine_are_named():
    """Latin letters are printed by pdfLaTeX; others are not."""
    assert beyond_pdflatex("\u00e9\u0142 \u03b1 \u8aac\U0001f600\u8aac") == ["\u8aac", "\U0001f600"]
