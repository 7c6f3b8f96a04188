"""The folder of one trial: its record, its tables, its log."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from bench.errors import StoreError
from bench.records import TrialRecord
from bench.store.atomic import write_atomically, writing
from bench.store.sealed import read_sealed, seal

RECORD_FILE = "record.json"
CHECKPOINT_FILE = "checkpoint.pt"
TAKEN_FILE = "taken_from.json"
"""Of a trial that another run has trained: which one."""
LOG_FILE = "log.txt"
"""Everything that a trial and its libraries print."""


class TrialStore:
    """The folder of one trial."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write_table(self, name: str, columns: Iterable[str], rows: Iterable[Mapping[str, object]]) -> None:
        """Write `<name>.csv` atomically; None becomes an empty cell.

        Raises:
            WriteError: It cannot be written; what was there before is intact.
        """
        text = io.StringIO()
        writer = csv.DictWriter(text, list(columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        write_atomically(self.folder / f"{name}.csv", text.getvalue().encode())

    def read_table(self, name: str) -> list[dict[str, str]]:
        """Read `<name>.csv` as text cells; empty when there is none.

        Raises:
            StoreError: It cannot be read.
        """
        path = self.folder / f"{name}.csv"
        try:
            with path.open(encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"{path}: cannot be read: {error}") from error

    def digests(self) -> dict[str, str]:
        """SHA-256 of each table in the folder."""
        return {path.name: _sha256_of(path) for path in sorted(self.folder.glob("*.csv"))}

    def write_record(self, record: TrialRecord) -> None:
        """Write record.json; from now on the trial counts as finished with this status.

        Raises:
            WriteError: It cannot be written; what was there before is intact.
        """
        write_atomically(self.folder / RECORD_FILE, seal(record))

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
        record = read_sealed(path, TrialRecord)
        for name, expected in record.files.items():
            if tables is not None and name not in tables:
                continue
            table = self.folder / Path(name).name
            if not table.is_file() or _sha256_of(table) != expected:
                raise StoreError(
                    f"{table}: missing or changed since {RECORD_FILE} was written; "
                    f"remove the folder {self.folder} to measure this trial again"
                )
        return record

    @property
    def is_taken(self) -> bool:
        """Whether another run has trained it."""
        return (self.folder / TAKEN_FILE).is_file()

    def forget_record(self) -> None:
        """Let the trial count as unfinished, before its tables are written anew.

        Raises:
            WriteError: The record cannot be removed.
        """
        path = self.folder / RECORD_FILE
        with writing(path):
            path.unlink(missing_ok=True)


def sha256(content: bytes) -> str:
    """Hex digest."""
    return hashlib.sha256(content).hexdigest()


def _sha256_of(path: Path) -> str:
    """Hex digest of a table.

    Raises:
        StoreError: It cannot be read.
    """
    try:
        return sha256(path.read_bytes())
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from error
