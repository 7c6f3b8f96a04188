"""Digits: 1,797 real 8 x 8 scans that come with scikit-learn (Alpaydin & Kaynak 1998), no download."""

from __future__ import annotations

from importlib.metadata import version

import numpy as np

from bench.data.source import Block, Contents, Source, Target
from bench.data.split import HOLDOUT_NOTE, holdout

# scikit-learn counts the dark pixels of 4 x 4 cells: values 0..16.
_DARKEST = 16


def find() -> Source:
    """The scans embedded in the installed scikit-learn."""
    release = version("scikit-learn")
    return Source("embedded", f"scikit-learn {release}", ((f"scikit-learn {release}", 0, 0),), _read)


def _read(target: Target) -> Contents:
    # scikit-learn takes a second to import, and only the first load needs it.
    from sklearn.datasets import load_digits  # noqa: PLC0415

    scans = load_digits()
    images = np.rint(scans.images * (255 / _DARKEST)).astype(np.uint8)[..., None]
    labels = scans.target.astype(np.int64)
    train, test = holdout(labels)
    return Contents(
        shape=(8, 8, 1),
        classes=tuple(str(name) for name in scans.target_names),
        train=[Block(images[train], labels[train], target.dataset)],
        test=[Block(images[test], labels[test], target.dataset)],
        totals=(len(train), len(test)),
        note=HOLDOUT_NOTE,
    )
