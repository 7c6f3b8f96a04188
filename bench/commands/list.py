"""`bench list`: architectures, datasets, shipped suites, runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.commands.grid import grid
from bench.errors import DONE, StoreError
from bench.store import RECORD_FILE, RUN_FILE, Run
from bench.suite_file import load_suite, shipped_suites


def main(what: str, *, runs_dir: Path, data_root: Path | None) -> int:
    """Print a table of what is asked for; always 0."""
    if what == "datasets":
        from bench.commands.data import list_datasets  # noqa: PLC0415 - imported for this list alone

        return list_datasets(data_root)
    tables: dict[str, Callable[[], Table]] = {
        "architectures": _architectures,
        "suites": _suites,
        "runs": lambda: _runs(runs_dir),
    }
    Console().print(tables[what]())
    return DONE


def _architectures() -> Table:
    import architectures  # noqa: PLC0415 - torch takes seconds to import

    rows = [
        (name, (architectures.find(name).__doc__ or "").strip().partition("\n")[0])
        for name in architectures.names()
    ]
    return grid(("name", "what it is"), rows, caption="also torchvision:NAME, timm:NAME and module:function")


def _suites() -> Table:
    suites = {name: load_suite(str(path)) for name, path in shipped_suites().items()}
    rows = [
        (name, suite.title, ", ".join(one.label for one in suite.architectures), suite.dataset.name)
        for name, suite in suites.items()
    ]
    return grid(("name", "title", "architectures", "dataset"), rows)


def _runs(runs_dir: Path) -> Table:
    places = sorted(path.parent for path in runs_dir.glob(f"*/*/{RUN_FILE}"))
    caption = "" if places else f"no runs below {runs_dir}; `bench run quickstart` makes one"
    return grid(("run", "title", "started", "trials"), map(_run, places), caption=caption)


def _run(folder: Path) -> tuple[str, ...]:
    try:
        run = Run.open(folder)
    except StoreError as error:
        return str(folder), f"unreadable: {error}", "", ""
    finished = sum(_has_ended(run.trial(trial).folder) for trial in run.info.plan)
    return str(folder), run.info.suite.title, run.info.created_at, f"{finished} of {len(run.info.plan)}"


def _has_ended(folder: Path) -> bool:
    """Whether a trial has a record of its end; an interrupted one is still to be continued."""
    try:
        record = json.loads((folder / RECORD_FILE).read_bytes())
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True  # damaged; `bench doctor` says so
    return not isinstance(record, dict) or record.get("status") != "interrupted"
