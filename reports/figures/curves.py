"""Learning curves: accuracy and loss against epochs, seconds or training FLOPs; mean and range of seeds."""

from __future__ import annotations

import itertools
from typing import Any

import pandas as pd

from bench.analysis.frames import where
from bench.analysis.tables import Tables
from reports.figures.curve_axes import AGAINST, METRICS, SPLITS
from reports.figures.spec import Columns, Options, Trace, axis, figure, plain, switch
from reports.figures.unfinished import unfinished_curves
from reports.format import target as shown
from reports.palette import Look

MARKERS = 12
"""Markers along a line, at most: enough to tell lines apart without colour."""


def learning_curves(tables: Tables, looks: dict[str, Look]) -> dict[str, Any]:
    """One line an architecture: mean over finished seeds, with the range between lowest and highest seed.

    The mean ends where the first of the seeds ends, so that it never jumps because a seed dropped out.
    A trial that did not finish is a line of its own, up to where it ended.
    """
    columns = Columns()
    traces: list[Trace] = []
    done = where(tables.epochs, status="done")
    for label in tables.labels:
        curves = where(done, label=label)
        if len(curves):
            traces += _architecture(columns, curves, label, looks[label])
    traces += unfinished_curves(tables, looks, columns)
    layout = {
        "xaxis": axis("Epoch", rangemode="tozero"),
        "yaxis": axis("Test accuracy", tickformat=".0%"),
        "hovermode": "x unified",
    }
    return figure(columns, traces, layout, _switches(tables))


def _switches(tables: Tables) -> list[dict[str, Any]]:
    on_test = tables.data is not None and tables.data.validated_on_test
    names = ("Test", "Validation (test set used for validation)" if on_test else "Validation", "Train")
    splits: Options = [
        (split, text, {})
        for split, text in zip(SPLITS, names, strict=True)
        if tables.epochs[f"{split}_accuracy"].notna().any()
    ]
    targets = tables.suite.measure.convergence.targets
    marked = {"shapes": _targets(targets), "annotations": _target_names(targets)}
    metrics: Options = [
        ("accuracy", "Accuracy", {"yaxis": axis("Accuracy", tickformat=".0%"), **marked}),
        ("loss", "Loss", {"yaxis": axis("Loss (nats)", tickformat=""), "shapes": [], "annotations": []}),
    ]
    against: Options = [
        ("epochs", "Epochs", {"xaxis": axis("Epoch")}),
        ("seconds", "Training time", {"xaxis": axis("Seconds of training, evaluation excluded")}),
        ("flops", "Training FLOPs", {"xaxis": axis("Training FLOPs, forward and backward")}),
    ]
    return [
        switch("metric", "Show", metrics),
        switch("split", "On", splits),
        switch("against", "Against", against),
    ]


def _architecture(columns: Columns, curves: pd.DataFrame, label: str, look: Look) -> list[Trace]:
    seeds = int(curves["seed"].nunique())
    numbers = [f"{split}_{metric}" for split in SPLITS for metric in METRICS]
    grouped = curves.groupby("epoch")[[*numbers, "cumulative_seconds", "cumulative_flops"]]
    complete = grouped.count()["train_loss"] == seeds
    mean, low, high = (getattr(grouped, name)()[complete] for name in ("mean", "min", "max"))
    xs = {
        name: columns.add(mean.index if name == "epochs" else mean[column])
        for name, column in AGAINST.items()
    }
    traces = []
    for split, metric in itertools.product(SPLITS, METRICS):
        name = f"{split}_{metric}"
        if mean[name].isna().all():
            continue
        ends = (columns.add(low[name]), columns.add(high[name])) if seeds > 1 else None
        y = columns.add(mean[name])
        for against, x in xs.items():
            when = {"metric": metric, "split": split, "against": against}
            traces += _line(label, look, when, x, (y, ends))
    return traces


def _line(
    label: str, look: Look, when: dict[str, str], x: str, y: tuple[str, tuple[str, str] | None]
) -> list[Trace]:
    mean, ends = y
    shared = {"type": "scatter", "x": x, "when": when, "arch": look.index}
    edge = shared | {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    fill = {"fill": "tonexty", "fillcolor": look.color, "band": True}
    band = [edge | {"y": ends[0]}, edge | {"y": ends[1]} | fill] if ends else []
    line = shared | {
        "y": mean,
        "mode": "lines+markers",
        "name": plain(label),
        "line": {"color": look.color, "width": 2, "dash": look.dash},
        "marker": {"color": look.color, "symbol": look.symbol, "size": 7, "maxdisplayed": MARKERS},
        "hovertemplate": "%{y:.2%}" if when["metric"] == "accuracy" else "%{y:.4f}",
    }
    return [*band, line]


def _targets(targets: tuple[float, ...]) -> list[dict[str, Any]]:
    line = {"color": "var(--quiet)", "width": 1, "dash": "dot"}
    return [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": target, "y1": target, "line": line}
        for target in targets
    ]


def _target_names(targets: tuple[float, ...]) -> list[dict[str, Any]]:
    place = {"xref": "paper", "x": 0.006, "xanchor": "left", "yanchor": "bottom", "showarrow": False}
    return [
        {
            **place,
            "y": target,
            "text": f"target {shown(target)}",
            "font": {"size": 11, "color": "var(--quiet)"},
        }
        for target in targets
    ]
