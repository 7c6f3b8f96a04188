"""The files of `--format latex`: one a table, and one that shows them all."""

from __future__ import annotations

from pathlib import Path

from bench.analysis.tables import Tables
from bench.store import write_atomically
from reports.latex.booktabs import booktabs
from reports.latex.tables import paper_tables
from reports.latex.text import escape

FOLDER = "latex"

DOCUMENT = r"""\documentclass{article}
\usepackage[margin=2cm]{geometry}
\usepackage[T1]{fontenc}
\usepackage{textcomp}
\usepackage{booktabs}
\title{%(title)s}
\date{%(date)s}
\begin{document}
\maketitle
%(inputs)s
\end{document}
"""


def write_latex(tables: Tables, folder: Path) -> list[Path]:
    """latex/NAME.tex for each table, and latex/report.tex, which takes them in and compiles."""
    texts = {paper.table.id: booktabs(paper) for paper in paper_tables(tables)}
    parts = {
        "title": escape(tables.suite.title),
        "date": escape(tables.info.created_at[:10]),
        "inputs": "\n".join(f"\\input{{{name}}}" for name in texts),
    }
    paths = []
    for name, text in {**texts, "report": DOCUMENT % parts}.items():
        path = folder / FOLDER / f"{name}.tex"
        write_atomically(path, text.encode())
        paths.append(path)
    return paths
