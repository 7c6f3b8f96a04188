"""The pytest face of the gate: passes, fails with the table, and costs nothing where it is not used."""

import subprocess
import sys

import pytest

from bench.commands import lock

pytest_plugins = ["pytester"]

SUITE = '[dataset]\nname = "digits"\n[[architectures]]\nlabel = "mine"\nname = "plain_cnn"\nargs = {args}\n'
TEST = "def test_params(bench_lock):\n    bench_lock.check('my_suite.toml')\n"


@pytest.fixture
def repository(pytester):
    """A user's repository with one locked suite and one test."""
    suite = pytester.path / "my_suite.toml"
    suite.write_text(SUITE.format(args="{ width = 4 }").replace('"digits"', '"cifar10"'))
    lock.main(str(suite))
    pytester.makepyfile(TEST)
    return pytester


def run(repository):
    return repository.runpytest_inprocess("-p", "no:cacheprovider")


def test_a_test_passes_while_counts_are_as_locked(repository):
    """One fixture, one line."""
    run(repository).assert_outcomes(passed=1)


def test_a_test_fails_with_the_table_when_a_count_changed(repository):
    """The layer, the amount and the command that accepts it."""
    suite = repository.path / "my_suite.toml"
    suite.write_text(suite.read_text().replace("width = 4", "width = 5"))
    result = run(repository)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*body.0 (Conv2d)*params*112*140*", f"Accept with: *bench lock {suite}*"])


def test_a_suite_is_found_beside_the_test_or_from_the_root_folder(repository):
    """Wherever pytest was called."""
    folder = repository.mkdir("checks")
    (repository.path / "test_a_test_passes.py").unlink(missing_ok=True)
    (folder / "test_nested.py").write_text(TEST)
    result = repository.runpytest_inprocess("-p", "no:cacheprovider", "checks")
    result.assert_outcomes(passed=1)


def test_the_plugin_does_not_import_torch():
    """Every test session of the environment loads it."""
    code = "import sys, bench.pytest_plugin; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
