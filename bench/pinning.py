"""Pin the checkpoint files that trials start from to their content, before anything is trained."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bench.errors import SuiteError
from bench.plan import Plan, Trial


def pin(plan: Plan) -> Plan:
    """Write the SHA-256 of each checkpoint file into the trials that start from it, and so into their ids.

    Raises:
        SuiteError: A file is missing, or is not the one that the suite names.
    """
    pinned: dict[str, Trial] = {}
    for trial in plan:
        origin = pinned[trial.origin.folder] if trial.origin else None
        pinned[trial.folder] = _pinned(trial).model_copy(update={"origin": origin})
    return tuple(pinned.values())


def _pinned(trial: Trial) -> Trial:
    start = trial.recipe.init_from
    if start is None or start.checkpoint is None:
        return trial
    path = Path(start.checkpoint).expanduser()
    try:
        found = sha256_of(path)
    except OSError as error:
        raise SuiteError(
            f"{trial.label}: recipe.init_from.checkpoint: {path.absolute()} cannot be read: "
            f"{error.strerror}; the path is relative to the folder in which bench is run"
        ) from error
    if start.sha256 is not None and start.sha256 != found:
        raise SuiteError(
            f"{trial.label}: recipe.init_from: {path} is another file than the suite names; "
            f"expected SHA-256 {start.sha256}, found {found}"
        )
    recipe = trial.recipe.model_copy(update={"init_from": start.model_copy(update={"sha256": found})})
    return trial.model_copy(update={"recipe": recipe})


def sha256_of(path: Path) -> str:
    """Hex digest of a file, read piece by piece.

    Raises:
        OSError: It cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
