"""`bench list`: architectures, datasets, shipped suites, runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

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

    table = Table("name", "what it is", caption="also torchvision:NAME, timm:NAME and module:function")
    for name in architectures.names():
        table.add_row(name, (architectures.find(name).__doc__ or "").strip().partition("\n")[0])
    return table


def _suites() -> Table:
    table = Table("name", "title", "architectures", "dataset")
    for name, path in shipped_suites().items():
        suite = load_suite(str(path))
        table.add_row(
            name, suite.title, ", ".join(one.label for one in suite.architectures), suite.dataset.name
        )
    return table


def _runs(runs_dir: Path) -> Table:
    table = Table("run", "title", "started", "trials")
    for path in sorted(runs_dir.glob(f"*/*/{RUN_FILE}")):
        try:
            run = Run.open(path.parent)
        except StoreError as error:
            table.add_row(str(path.parent), f"unreadable: {error}", "", "")
            continue
        finished = sum(_has_ended(run.trial(trial).folder) for trial in run.info.plan)
        table.add_row(
            str(path.parent), run.info.suite.title, run.info.created_at, f"{finished} of {len(run.info.plan)}"
        )
    return table


def _has_ended(folder: Path) -> bool:
    """Whether a trial has a record of its end; an interrupted one is still to be continued."""
    try:
        record = json.loads((folder / RECORD_FILE).read_bytes())
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True  # damaged; `bench doctor` says so
    return not isinstance(record, dict) or record.get("status") != "interrupted"
