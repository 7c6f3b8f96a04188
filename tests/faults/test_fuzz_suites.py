"""Suites and lock files as nobody would write them: one message, never a traceback."""

import sys

import pytest
from fuzzing import damaged, distorted, inputs
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import CheckError, StoreError, SuiteError
from bench.locks.file import lock_path, read_lock
from bench.plan import make_plan
from bench.suite_file import check_document, load_suite, shipped_suites, suite_path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SUITES = {name: path.read_bytes() for name, path in shipped_suites().items()}
LOCKS = {name: lock_path(path).read_bytes() for name, path in shipped_suites().items()}


@inputs(100, 12_000)
@given(data=st.data())
def test_damaged_suites(tmp_path, data):
    """Bytes changed in any of the shipped suites."""
    file = tmp_path / "suite.toml"
    file.write_bytes(data.draw(st.sampled_from(sorted(SUITES)).flatmap(lambda name: damaged(SUITES[name]))))
    try:
        make_plan(load_suite(str(file)))
    except SuiteError as error:
        assert str(error).startswith(str(file))  # noqa: PT017 - a suite may as well stay a suite


@inputs(100, 12_000)
@given(data=st.data())
def test_distorted_suites(data):
    """Values in the wrong place, of the wrong type, out of any range."""
    name = data.draw(st.sampled_from(sorted(SUITES)))
    content = tomllib.loads(SUITES[name].decode())
    try:
        make_plan(check_document(data.draw(distorted(content)), name))
    except SuiteError as error:
        assert str(error).startswith(f"{name}: ")  # noqa: PT017 - a suite may as well stay a suite


@inputs(50, 6000)
@given(data=st.data())
def test_damaged_lock_files(tmp_path, data):
    """Bytes changed in a lock file."""
    file = tmp_path / "suite.lock"
    file.write_bytes(data.draw(damaged(LOCKS["quickstart"])))
    try:
        read_lock(file)
    except (CheckError, StoreError) as error:
        assert str(error).startswith(str(file))  # noqa: PT017 - a lock may as well stay a lock


SETTINGS = ("[" * 5000, "1e999", "9" * 5000, "nan", '{ name = "x" }', "2026-13-45", '"""', "\\")


@pytest.mark.parametrize("option", ["recipe.epochs", "measure.throughput", "architectures"])
@inputs(30, 1500)
@given(value=st.text() | st.sampled_from(SETTINGS))
def test_settings_of_the_command_line(option, value):
    """`--set key=value` with any value."""
    try:
        load_suite("quickstart", overrides=[f"{option}={value}"])
    except SuiteError as error:
        assert str(error).startswith(("--set ", str(suite_path("quickstart"))))  # noqa: PT017
