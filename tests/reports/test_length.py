"""Tables of runs with thousands of trials."""

from reports.sections.length import MOST_ROWS, shortened


def test_what_fits_is_shown_as_it_is():
    """In its own order, whatever is the first to be left out elsewhere."""
    table = [{"place": place, "done": place % 2 == 0} for place in range(MOST_ROWS)]
    assert shortened(table, "trials", last=lambda row: row["done"]) == (table, "")


def test_of_thousands_the_most_important_are_shown():
    """And a sentence says how many there are, and where."""
    table = [{"place": place, "done": place != 1500} for place in range(2000)]
    shown, note = shortened(table, "trials", last=lambda row: row["done"])
    assert len(shown) == MOST_ROWS
    assert shown[0]["place"] == 1500
    assert note.startswith("1\u202f000 of 2\u202f000 trials; ")
