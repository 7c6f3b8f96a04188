"""How a reader can check the page: which records travel inside it, and what made it of them."""

from __future__ import annotations

from reports import format as show
from reports.elements import Items, Section
from reports.enclosed import LARGEST, MOST_TRIALS, Enclosed


def checking(records: Enclosed | None, *, ongoing: bool = False) -> Section:
    """The last section; a page without records says that nobody can check it."""
    if records is None:
        why = f"it carries up to {show.size(LARGEST)} of them, from up to {MOST_TRIALS} trials"
        if ongoing:
            why = "it was written while the run went on"
        lead = (
            f"The records are not inside this page ({why}), so that bench verify cannot check it. They are "
            "in its run directory."
        )
        return Section("checking", "Checking this page", lead)
    lead = (
        "The records of the run travel inside. bench verify FILE makes the page again from them and "
        "names each digit that differs. That these are the records of the run, their SHA-256 shows: a page "
        "made again from the run directory has the same."
    )
    pairs = (
        ("Records", f"{records.files} files, {show.size(len(records.content))}"),
        ("SHA-256", records.digest),
        ("Format", "the script element with the id records: base64 of a tar archive, packed with xz"),
        ("Made by", str(records.made_by)),
    )
    return Section("checking", "Checking this page", lead, (Items(pairs),))
