"""Any text as LaTeX that prints it, and nothing else: no command, no comment, no broken table."""

from __future__ import annotations

import re
import unicodedata

COMMANDS = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#",
    "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}", "[": "{[}", "]": "{]}", "*": "{*}",
    "\u202f": r"\,", "\u00a0": "~", "\u2009": r"\,",
    "\u2212": "$-$", "\u00b1": r"$\pm$", "\u00d7": r"$\times$",
    "\u2013": "--", "\u2014": "---", "\u2026": r"\dots{}", "\u2018": "`", "\u2019": "'", "\u201c": "``",
    "\u201d": "''", "\u2192": r"$\to$", "\u2264": r"$\leq$", "\u2265": r"$\geq$", "\u2248": r"$\approx$",
    "\u221e": r"$\infty$", "\u221a": r"$\surd$", "\u00b5": r"$\mu$", "\u00b7": r"$\cdot$",
}  # fmt: skip
"""Brackets and stars are held in groups, since after a line break they would be read as its arguments."""

SPACES = frozenset("\u202f\u00a0\u2009")
"""Which Python does not count as printable."""

APART = "\0"
"""Between signs that would be joined: two hyphens into a dash, two commas into a quotation mark."""

COMMANDS[APART] = "{}"

GREEK = (
    "alpha", "beta", "gamma", "delta", "varepsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
    "nu", "xi", None, "pi", "rho", None, "sigma", "tau", "upsilon", "varphi", "chi", "psi", "omega",
)  # fmt: skip
"""Lower-case letters from U+03B1 on, as commands of mathematics."""

COMMANDS |= {chr(0x3B1 + place): f"$\\{name}$" for place, name in enumerate(GREEK) if name}

LAST_LATIN = "\u017f"
"""pdfLaTeX prints letters up to here; others need LuaLaTeX or XeLaTeX, and a font that has them."""


def escape(text: str) -> str:
    """Text on one line that LaTeX prints as it is; signs that print nothing become spaces."""
    kept = "".join(sign if sign.isprintable() or sign in SPACES else " " for sign in _composed(text))
    apart = re.sub(r"([-,'])(?=\1)", f"\\1{APART}", re.sub(" +", " ", kept).strip())
    return "".join(COMMANDS.get(sign, sign) for sign in apart)


def beyond_pdflatex(text: str) -> list[str]:
    """Signs that pdfLaTeX cannot print, in order of appearance."""
    found = (sign for sign in _composed(text) if sign > LAST_LATIN and sign not in COMMANDS)
    return list(dict.fromkeys(sign for sign in found if sign.isprintable()))


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
