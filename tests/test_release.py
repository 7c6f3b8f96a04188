"""What is released beside the code: versions agree, named files exist, and other systems can import it."""

import ast
import importlib.util
import re
import sys
from pathlib import Path

import pytest
import yaml

from bench import __version__

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]

PACKAGES = ("architectures", "bench", "reports")

POSIX_ONLY = {"fcntl", "grp", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty"}

SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_citation_names_this_version():
    """And a licence as the package does."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == __version__
    assert citation["license"] == project()["project"]["license"]
    assert {"cff-version", "message", "title", "authors"} <= set(citation)


def test_what_the_source_archive_includes_exists():
    included = project()["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert [path for path in included if not (ROOT / path.lstrip("/")).exists()] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_types_are_shipped(package):
    assert (ROOT / package / "py.typed").is_file()


def test_the_images_copy_what_there_is_and_have_both_targets():
    """Nothing that is copied is left out of the build's context."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    context = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = [
        name for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE) for name in line.split()
    ]
    assert set(PACKAGES) < set(copied)
    assert [name for name in copied if not (ROOT / name).exists() or f"!{name}" not in context] == []
    assert {"cpu", "cuda"} <= set(re.findall(r"^FROM \S+ AS (\S+)$", text, re.MULTILINE))


def unguarded(tree):
    """Modules that are imported whatever the system, when the file is."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_no_file_needs_what_windows_lacks_to_be_imported():
    """Such modules are imported where they are used, or with something in their place."""
    found = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in SOURCES
        for name in unguarded(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert len(SOURCES) > 100
    assert {pair for pair in found if pair[1].partition(".")[0] in POSIX_ONLY} == set()


@pytest.mark.parametrize(
    "module", ["bench.measurements.sensors.processor", "bench.store.lock", "bench.environment"]
)
def test_modules_that_ask_the_system_work_without_what_windows_lacks(monkeypatch, module):
    """A second copy is imported as it would be there."""
    for name in POSIX_ONLY:
        monkeypatch.setitem(sys.modules, name, None)
    for name in ("sched_getaffinity", "getloadavg", "sysconf"):
        monkeypatch.delattr("os." + name, raising=False)
    spec = importlib.util.find_spec(module)
    copy = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, module, copy)
    spec.loader.exec_module(copy)
    if module == "bench.environment":
        assert copy.usable_cores() >= 1
        assert copy.load_average() is None
        assert copy._memory_gib() is None
    if module == "bench.measurements.sensors.processor":
        assert copy.resource is None
