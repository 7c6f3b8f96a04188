"""`bench lock`: all or nothing."""

import pytest

from bench.commands import lock
from bench.errors import BenchError, SuiteError

SUITE = '[dataset]\nname = "digits"\n[[architectures]]\nlabel = "x"\nname = "{name}"\n'


def test_nothing_is_written_unless_every_suite_can_be_counted(tmp_path):
    """A failing second suite leaves the first one's lock as it was."""
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(SUITE.format(name="resnet18"))
    bad.write_text(SUITE.format(name="resnet19"))
    with pytest.raises(BenchError, match="resnet19"):
        lock.main(str(good), str(bad))
    assert not good.with_suffix(".lock").exists()


def test_the_file_written_is_named(tmp_path, capsys):
    """So that it can be added to version control."""
    suite = tmp_path / "good.toml"
    suite.write_text(SUITE.format(name="resnet18"))
    lock.main(str(suite))
    assert capsys.readouterr().out == f"{tmp_path / 'good.lock'}: locked\n"
    assert "params = 11175370" in (tmp_path / "good.lock").read_text()


def test_it_asks_for_a_suite():
    """Locking nothing is a mistake."""
    with pytest.raises(SuiteError, match="name at least one suite"):
        lock.main()


def test_a_dataset_that_must_be_looked_at_and_is_missing_says_so(tmp_path):
    """The number of classes of a folder is known from the folder alone."""
    suite = tmp_path / "folder.toml"
    suite.write_text(SUITE.format(name="resnet18").replace('"digits"', '"folder"\npath = "nowhere"'))
    with pytest.raises(BenchError, match="nowhere"):
        lock.main(str(suite))
