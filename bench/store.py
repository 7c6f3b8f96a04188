"""A run directory: records and tables, written atomically, and refused when damaged or of another version."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import os
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from bench.errors import StoreError
from bench.plan import Plan, Trial
from bench.records import SCHEMA_VERSION, TrialRecord
from bench.spec import Model, Suite

M = TypeVar("M", bound=Model)

RUN_FILE = "run.json"
SUITE_FILE = "suite.toml"
RECORD_FILE = "record.json"
REPORT_FILE = "report.html"


class RunInfo(Model):
    """run.json: what was planned, where and with what."""

    schema_version: int = SCHEMA_VERSION
    run_id: str
    suite_name: str
    suite: Suite
    plan: Plan
    environment: dict[str, Any]
    command: tuple[str, ...] = ()
    """The command line that started the run, without paths of the machine."""
    created_at: str


class TrialStore:
    """The folder of one trial."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write_table(self, name: str, columns: Iterable[str], rows: Iterable[Mapping[str, object]]) -> None:
        """Write `<name>.csv` atomically; None becomes an empty cell."""
        text = io.StringIO()
        writer = csv.DictWriter(text, list(columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        write_atomically(self.folder / f"{name}.csv", text.getvalue().encode())

    def read_table(self, name: str) -> list[dict[str, str]]:
        """Read `<name>.csv` as text cells; empty when there is none."""
        path = self.folder / f"{name}.csv"
        if not path.is_file():
            return []
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def digests(self) -> dict[str, str]:
        """SHA-256 of each table in the folder."""
        return {path.name: sha256(path.read_bytes()) for path in sorted(self.folder.glob("*.csv"))}

    def write_record(self, record: TrialRecord) -> None:
        """Write record.json; from now on the trial counts as finished with this status."""
        content = record.model_dump_json(indent=1).encode()
        write_atomically(self.folder / RECORD_FILE, content)

    def read_record(self, tables: Container[str] | None = None) -> TrialRecord | None:
        """The record, or None when the trial has not finished.

        Args:
            tables: File names of the tables that have to be there as the record knows them; by default all.

        Raises:
            StoreError: The record or one of its tables is damaged, or of another version.
        """
        path = self.folder / RECORD_FILE
        if not path.is_file():
            return None
        record = _parse(path, TrialRecord)
        for name, expected in record.files.items():
            if tables is not None and name not in tables:
                continue
            table = self.folder / Path(name).name
            if not table.is_file() or sha256(table.read_bytes()) != expected:
                raise StoreError(
                    f"{table}: missing or changed since {RECORD_FILE} was written; "
                    f"remove the folder {self.folder} to measure this trial again"
                )
        return record


class Run:
    """A run directory: run.json, suite.toml, and a folder per trial."""

    def __init__(self, folder: Path, info: RunInfo) -> None:
        self.folder = folder
        self.info = info

    @classmethod
    def create(cls, runs_dir: Path, info: RunInfo, suite_text: str) -> Run:
        """Make the directory of this run, or take up the one that is there.

        The newest suite text is kept: titles, targets and claims may change without a new run.
        """
        folder = runs_dir / info.suite_name / info.run_id
        if (folder / RUN_FILE).is_file():
            earlier = _parse(folder / RUN_FILE, RunInfo)
            info = info.model_copy(update={"created_at": earlier.created_at})
        write_atomically(folder / SUITE_FILE, suite_text.encode())
        write_atomically(folder / RUN_FILE, info.model_dump_json(indent=1).encode())
        return cls(folder, info)

    @classmethod
    def open(cls, folder: Path) -> Run:
        """Open a run for reading.

        Raises:
            StoreError: `folder` is no run directory, or one of another version.
        """
        if not (folder / RUN_FILE).is_file():
            raise StoreError(f"{folder}: not a run directory (no {RUN_FILE}); `bench list runs` shows them")
        return cls(folder, _parse(folder / RUN_FILE, RunInfo))

    @property
    def suite_text(self) -> str:
        """The suite, verbatim."""
        return (self.folder / SUITE_FILE).read_text(encoding="utf-8")

    def trial(self, trial: Trial) -> TrialStore:
        """The folder of a trial."""
        return TrialStore(self.folder / "trials" / trial.folder)

    def records(self) -> list[TrialRecord]:
        """Records of all trials that have one, in the order of the plan."""
        found = (self.trial(trial).read_record() for trial in self.info.plan)
        return [record for record in found if record is not None]

    def remove(self, trial: Trial) -> None:
        """Forget what a trial left, so that it starts afresh."""
        folder = self.trial(trial).folder
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def _parse(path: Path, model: type[M]) -> M:
    """Read a versioned JSON file; refuse another version before looking at anything else."""
    try:
        content = json.loads(path.read_bytes())
        version = content.get("schema_version") if isinstance(content, dict) else None
        if isinstance(version, int) and version != SCHEMA_VERSION:
            newer = version > SCHEMA_VERSION
            advice = "update the program" if newer else "run the suite again with --fresh"
            raise StoreError(
                f"{path}: written in version {version} of the record format, "
                f"this program reads version {SCHEMA_VERSION}; {advice}"
            )
        return model.model_validate(content)
    except (ValueError, ValidationError, RecursionError) as error:
        first = str(error).splitlines()[0] if not isinstance(error, ValidationError) else _first(error)
        raise StoreError(f"{path}: damaged ({first}); remove it and run the suite again") from error
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from error


def _first(error: ValidationError) -> str:
    entry = error.errors()[0]
    return f"{'.'.join(map(str, entry['loc']))}: {entry['msg']}"


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader, a crash or a power loss sees the old or the new content, never a part.

    Raises:
        StoreError: The file cannot be written; what was there before is intact.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise StoreError(
            f"{path}: cannot be written: {error.strerror}; free space or choose --runs-dir"
        ) from error


def sha256(content: bytes) -> str:
    """Hex digest."""
    return hashlib.sha256(content).hexdigest()
