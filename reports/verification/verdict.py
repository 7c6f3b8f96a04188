"""Hold a page against the records inside it: make it again from them, and name whatever differs."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, replace

from bench.analysis.frames import where
from bench.analysis.tables import load
from bench.errors import StoreError
from bench.store import sha256
from reports.enclosed import opened
from reports.made_by import MadeBy, this_program
from reports.page import render
from reports.verification.differences import Difference, differences, digits

RECORDS = re.compile(r'<script type="application/x-xz" id="records" data-sha256="(\w*)">([^<]*)</script>')

ABSURD = (ArithmeticError, AssertionError, LookupError, TypeError, ValueError)
"""What computing with figures raises that no run of ours has: of forged records, which a page may carry."""


@dataclass(frozen=True)
class Verdict:
    """What came out."""

    digest: str
    """SHA-256 of the records inside."""
    differences: tuple[Difference, ...]
    made_by: MadeBy | None = None
    """The program that made the page; None where the records could not be opened."""
    files: int = 0
    """Files of the run inside the page."""
    damaged: tuple[str, ...] = ()
    """Trials whose files differ from the digests in their records; the page has to call them damaged."""
    same: int = 0
    """Of another program's page: texts with digits that this one makes, too."""
    apart: int = 0
    """Of another program's page: texts with digits that this one words or arranges in another way."""

    @property
    def same_program(self) -> bool:
        """Whether the page is this program's, so that all of it was compared."""
        return self.made_by is None or self.made_by == this_program()


def verify(page: str) -> Verdict:
    """Make a page again from the records inside it, and compare.

    Raises:
        StoreError: It is no report, carries no records, or records that this program cannot read.
    """
    found = RECORDS.search(page)
    if not found:
        raise StoreError("no records inside: not a report of this program, or one made without them")
    stated, text = found.groups()
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        return Verdict(stated, (Difference("the records inside", "archive", f"damaged ({error})", ""),))
    digest = sha256(content)
    if digest != stated:
        return Verdict(digest, (Difference("the records inside", "SHA-256", stated, digest),))
    try:
        with opened(content) as (records, run):
            tables = load(run)
        expected = render(tables, records)
    except ABSURD as error:
        raise StoreError(f"the records inside make no page ({type(error).__name__}: {error})") from error
    damaged = where(tables.trials, status="damaged")["reason"]
    common = Verdict(digest, (), records.made_by, records.files, tuple(damaged))
    if common.same_program:
        return replace(common, differences=tuple(differences(page, expected)))
    changed, same, apart = digits(page, expected)
    return replace(common, differences=tuple(changed), same=same, apart=apart)
